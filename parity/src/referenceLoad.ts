/** @file Loading a picture as the official script does (`load_512`): crop, centre square, scale. For parity. */

import { resizeBicubic } from '../../daemon/src/imaging/bicubic.ts';
import type { Picture } from '../../daemon/src/imaging/picture.ts';

/** Pixels to cut from each side before the centre square is taken. */
export interface CropOffsets {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const NO_OFFSETS: CropOffsets = { left: 0, right: 0, top: 0, bottom: 0 };

/**
 * The centre square of a picture after cropping, scaled to `side` x `side` pixels. Alpha is dropped.
 *
 * Kept from the official script: `top` is limited by `left`. Where that goes below 0 (left >= height) the
 * script's slice wraps around; here it is 0.
 */
export function referenceLoad(picture: Picture, side: number, offsets: CropOffsets = NO_OFFSETS): Picture {
  const left = Math.min(offsets.left, picture.width - 1);
  const right = Math.min(offsets.right, picture.width - left - 1);
  const top = Math.max(Math.min(offsets.top, picture.height - left - 1), 0);
  const bottom = Math.min(offsets.bottom, picture.height - top - 1);
  const width = picture.width - left - right;
  const height = picture.height - top - bottom;
  const square = Math.min(width, height);
  const x = left + Math.floor((width - square) / 2);
  const y = top + Math.floor((height - square) / 2);
  const cropped = new Uint8Array(square * square * 3);
  for (let row = 0; row < square; row++) {
    const start = ((y + row) * picture.width + x) * 3;
    cropped.set(picture.rgb.subarray(start, start + square * 3), row * square * 3);
  }
  const { data } = resizeBicubic({ width: square, height: square, channels: 3, data: cropped }, side, side);
  return { width: side, height: side, rgb: data };
}
