/** @file A change that was found at the model's size, put onto the picture at its own. */

import type { Mask } from '../mask.ts';
import type { Picture } from '../picture.ts';
import { type ChangeField, FIELD_CHANNELS } from './changeField.ts';

/** A mask below half a level changes nothing. */
const NOTHING = 0.5 / 255;

/**
 * The picture with a change put on it, and where that is.
 *
 * The field is brought up by cubic interpolation (Catmull-Rom), a row at a time. Where the mask is 0, every pixel is the
 * original's, bit for bit; the alpha is the original's everywhere.
 *
 * @param field over the picture's whole area, at any size.
 */
export function putChange(picture: Picture, field: ChangeField): { picture: Picture; mask: Mask } {
  const { width, height } = picture;
  const rgb = new Uint8Array(picture.rgb);
  const data = new Uint8Array(width * height);
  const columns = tapsAlong(width, field.width);
  const band = new Float32Array(field.width * FIELD_CHANNELS);
  for (const [y, { at, weights }] of tapsAlong(height, field.height).entries()) {
    const rows = at.map((row) => field.data.subarray(row * band.length, (row + 1) * band.length));
    for (let i = 0; i < band.length; i++) {
      band[i] =
        weights[0]! * rows[0]![i]! +
        weights[1]! * rows[1]![i]! +
        weights[2]! * rows[2]![i]! +
        weights[3]! * rows[3]![i]!;
    }
    for (let x = 0; x < width; x++) {
      const column = columns[x]!;
      const sample = (channel: number): number =>
        column.weights[0]! * band[column.at[0]! * FIELD_CHANNELS + channel]! +
        column.weights[1]! * band[column.at[1]! * FIELD_CHANNELS + channel]! +
        column.weights[2]! * band[column.at[2]! * FIELD_CHANNELS + channel]! +
        column.weights[3]! * band[column.at[3]! * FIELD_CHANNELS + channel]!;
      const mask = sample(0);
      if (mask < NOTHING) continue;
      const pixel = y * width + x;
      data[pixel] = Math.min(255, Math.round(mask * 255));
      const place = 3 * pixel;
      const [r, g, b] = [picture.rgb[place]!, picture.rgb[place + 1]!, picture.rgb[place + 2]!];
      for (let c = 0; c < 3; c++) {
        const first = 1 + 4 * c;
        const added = r * sample(first) + g * sample(first + 1) + b * sample(first + 2) + sample(first + 3);
        rgb[place + c] = Math.min(255, Math.max(0, Math.round(picture.rgb[place + c]! + added)));
      }
    }
  }
  return { picture: { ...picture, rgb }, mask: { width, height, data } };
}

/** The four samples that one is interpolated from, and their weights. */
interface Taps {
  readonly at: readonly number[];
  readonly weights: readonly number[];
}

/** For each of `to` samples along a side of `from`, which repeats its ends. */
function tapsAlong(to: number, from: number): Taps[] {
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const first = Math.floor(centre);
    const t = centre - first;
    return {
      at: [-1, 0, 1, 2].map((k) => Math.min(from - 1, Math.max(0, first + k))),
      weights: [
        ((2 - t) * t - 1) * t * 0.5,
        ((3 * t - 5) * t * t + 2) * 0.5,
        ((4 - 3 * t) * t + 1) * t * 0.5,
        (t - 1) * t * t * 0.5,
      ],
    };
  });
}
