/** @file The edited picture over the original, under a mask whose seam is soft and lies inside it. */

import { PalimpsestError } from '@palimpsest/protocol';
import type { Picture, Size } from './picture.ts';

/** How much of each pixel may change: 0 nothing, 255 all of it. `width * height` bytes, top row first. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A mask from a picture: white is edited, black is kept; where it is transparent nothing is edited. */
export function maskFromPicture({ width, height, rgb, alpha }: Picture): Mask {
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) {
    // Rec. 709 luma, so that a coloured mask counts by how bright it looks.
    const luma = 0.2126 * rgb[i * 3]! + 0.7152 * rgb[i * 3 + 1]! + 0.0722 * rgb[i * 3 + 2]!;
    data[i] = Math.round((luma * (alpha?.[i] ?? 255)) / 255);
  }
  return { width, height, data };
}

/**
 * The mask that bounds an edit of a picture.
 *
 * @throws {PalimpsestError} OPTION_INVALID when the two differ in size, or the mask lets nothing change.
 */
export function maskOf(picture: Size, from: Picture): Mask {
  if (from.width !== picture.width || from.height !== picture.height) {
    throw new PalimpsestError(
      'OPTION_INVALID',
      `The mask is ${from.width} x ${from.height} pixels, the picture ${picture.width} x ${picture.height}: they have to be the same.`,
    );
  }
  const mask = maskFromPicture(from);
  if (mask.data.some((value) => value > 0)) return mask;
  throw new PalimpsestError(
    'OPTION_INVALID',
    'The mask is black everywhere, so nothing may change. Paint white where the picture may change.',
  );
}

/**
 * The edited picture where the mask is, the original elsewhere and in between over `feather` pixels.
 *
 * The seam lies inside the mask: pixels where the mask is 0 stay bit for bit the original's, as does the alpha.
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
  const weights = featherInward(mask, feather);
  // Not slice(): that of a Buffer shares its memory.
  const rgb = new Uint8Array(original.rgb);
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) continue;
    for (let k = i * 3; k < i * 3 + 3; k++) {
      rgb[k] = Math.round(rgb[k]! + weight * (edited.rgb[k]! - rgb[k]!));
    }
  }
  return { width, height, rgb, alpha: original.alpha };
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
