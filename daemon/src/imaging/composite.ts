/** @file The edited picture over the original, under a mask whose seam is soft and lies inside it. */

import { areaAround, cropMask, cropPicture, pastePicture } from './area.ts';
import type { Mask } from './mask.ts';
import type { Picture } from './picture.ts';

/**
 * The edited picture where the mask is, the original elsewhere and in between over `feather` pixels.
 *
 * The seam lies inside the mask: pixels where the mask is 0 stay bit for bit the original's, as does the alpha. Where both
 * pictures have their own colours, those are mixed alike.
 *
 * @param feather width of the seam in pixels; 0 for a hard edge.
 * @throws {RangeError} when the three differ in size.
 */
export function composite(original: Picture, edited: Picture, mask: Mask, feather: number): Picture {
  const { width, height } = original;
  for (const other of [edited, mask]) {
    if (other.width !== width || other.height !== height) {
      throw new RangeError(`${other.width} x ${other.height} pixels do not lie over ${width} x ${height}`);
    }
  }
  // Elsewhere nothing changes, and a seam needs to know of no pixel beyond the ring around the mask.
  const area = areaAround(mask, 0);
  const [below, above] = [cropPicture(original, area), cropPicture(edited, area)];
  const weights = featherInward(cropMask(mask, area), feather);
  const part = {
    ...below,
    rgb: mix(below.rgb, above.rgb, weights),
    own: below.own && above.own && { icc: below.own.icc, rgb: mix(below.own.rgb, above.own.rgb, weights) },
  };
  return pastePicture(original, part, area);
}

/** Colours between two pictures', by a weight for each pixel. */
function mix(below: Uint8Array, above: Uint8Array, weights: Float32Array): Uint8Array {
  const rgb = new Uint8Array(below);
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) continue;
    for (let k = i * 3; k < i * 3 + 3; k++) rgb[k] = Math.round(rgb[k]! + weight * (above[k]! - rgb[k]!));
  }
  return rgb;
}

/** Weights 0..1: the mask, growing from its edge inwards until `feather` pixels deep. */
function featherInward(mask: Mask, feather: number): Float32Array {
  const depth = depthInside(mask, feather + 1);
  return depth.map((pixels, i) => (Math.min(pixels / (feather + 1), 1) * mask.data[i]!) / 255);
}

/**
 * Distance in pixels from each pixel to the nearest one where the mask is 0, at most `limit`.
 *
 * A two-pass chamfer transform (Borgefors 1986) with steps 1 and sqrt 2. The picture's border is no edge.
 */
function depthInside({ width, height, data }: Mask, limit: number): Float32Array {
  // With a border of one pixel on each side, no neighbour is out of range.
  const stride = width + 2;
  const padded = new Float32Array(stride * (height + 2)).fill(limit);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (data[y * width + x] === 0) padded[(y + 1) * stride + x + 1] = 0;
  }
  const relax = (i: number, direction: 1 | -1): void => {
    const straight = Math.min(padded[i - direction]!, padded[i - direction * stride]!) + 1;
    const diagonal =
      Math.min(padded[i - direction * (stride + 1)]!, padded[i - direction * (stride - 1)]!) + Math.SQRT2;
    padded[i] = Math.min(padded[i]!, straight, diagonal);
  };
  for (let y = 1; y <= height; y++) for (let x = 1; x <= width; x++) relax(y * stride + x, 1);
  for (let y = height; y >= 1; y--) for (let x = width; x >= 1; x--) relax(y * stride + x, -1);
  const depth = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (y + 1) * stride + 1;
    depth.set(padded.subarray(start, start + width), y * width);
  }
  return depth;
}
