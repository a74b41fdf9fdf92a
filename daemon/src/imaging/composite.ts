/** @file The edited picture over the original, under a mask whose seam is soft and lies inside it. */

import { areaAround, cropMask, cropPicture, pastePicture } from './area.ts';
import { distanceTo } from './distance.ts';
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
  const depth = distanceTo(mask, (pixel) => mask.data[pixel] === 0, feather + 1);
  return depth.map((pixels, i) => (Math.min(pixels / (feather + 1), 1) * mask.data[i]!) / 255);
}
