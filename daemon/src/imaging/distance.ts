/** @file How far pixels are from some others. */

import type { Size } from './picture.ts';

/**
 * Distance in pixels from each pixel to the nearest marked one, at most `limit`.
 *
 * A two-pass chamfer transform (Borgefors 1986) with steps 1 and sqrt 2. Nothing beyond the picture's border is marked.
 */
export function distanceTo(
  { width, height }: Size,
  isMarked: (pixel: number) => boolean,
  limit: number,
): Float32Array<ArrayBuffer> {
  // With a border of one pixel on each side, no neighbour is out of range.
  const stride = width + 2;
  const padded = new Float32Array(stride * (height + 2)).fill(limit);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (isMarked(y * width + x)) padded[(y + 1) * stride + x + 1] = 0;
  }
  const relax = (i: number, direction: 1 | -1): void => {
    const straight = Math.min(padded[i - direction]!, padded[i - direction * stride]!) + 1;
    const diagonal =
      Math.min(padded[i - direction * (stride + 1)]!, padded[i - direction * (stride - 1)]!) + Math.SQRT2;
    padded[i] = Math.min(padded[i]!, straight, diagonal);
  };
  for (let y = 1; y <= height; y++) for (let x = 1; x <= width; x++) relax(y * stride + x, 1);
  for (let y = height; y >= 1; y--) for (let x = width; x >= 1; x--) relax(y * stride + x, -1);
  const distance = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (y + 1) * stride + 1;
    distance.set(padded.subarray(start, start + width), y * width);
  }
  return distance;
}
