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
  const mask = new Uint8Array(width * height);
  const [columns, rows] = [tapsAlong(width, field.width), tapsAlong(height, field.height)];
  const band = new Float32Array(field.width * FIELD_CHANNELS);
  for (let y = 0; y < height; y++) {
    mixRows(field, rows, y, band);
    const [first, end] = reachOf(band, columns, width);
    for (let x = first; x < end; x++) putPixel(rgb, mask, y * width + x, band, columns, x);
  }
  return { picture: { ...picture, rgb }, mask: { width, height, data: mask } };
}

/** For each sample along a side, the four that it is interpolated from, and their weights. */
interface Taps {
  readonly at: Int32Array;
  readonly weights: Float32Array;
}

/** The field at one of the picture's rows. */
function mixRows(field: ChangeField, { at, weights }: Taps, y: number, band: Float32Array): void {
  const stride = band.length;
  const [a, b, c, d] = [0, 1, 2, 3].map((k) => at[4 * y + k]! * stride) as [number, number, number, number];
  const [p, q, r, s] = [0, 1, 2, 3].map((k) => weights[4 * y + k]!) as [number, number, number, number];
  const { data } = field;
  for (let i = 0; i < stride; i++)
    band[i] = p * data[a + i]! + q * data[b + i]! + r * data[c + i]! + s * data[d + i]!;
}

/** The columns of the picture, from and up to, that a row of the field can reach. */
function reachOf(band: Float32Array, { at }: Taps, width: number): [number, number] {
  const isEmpty = (cell: number) => band[cell * FIELD_CHANNELS]! < NOTHING;
  let first = 0;
  while (first < width && isEmpty(at[4 * first + 1]!) && isEmpty(at[4 * first + 2]!)) first += 1;
  let end = width;
  while (end > first && isEmpty(at[4 * end - 3]!) && isEmpty(at[4 * end - 2]!)) end -= 1;
  return [first, end];
}

/** Interpolates a pixel's numbers along the row, and adds to its colours what they say. */
function putPixel(
  rgb: Uint8Array,
  mask: Uint8Array,
  pixel: number,
  band: Float32Array,
  { at, weights }: Taps,
  x: number,
): void {
  const [k, l, m, n] = [4 * x, 4 * x + 1, 4 * x + 2, 4 * x + 3];
  const a = at[k]! * FIELD_CHANNELS;
  const b = at[l]! * FIELD_CHANNELS;
  const c = at[m]! * FIELD_CHANNELS;
  const d = at[n]! * FIELD_CHANNELS;
  const p = weights[k]!;
  const q = weights[l]!;
  const r = weights[m]!;
  const s = weights[n]!;
  const share = p * band[a]! + q * band[b]! + r * band[c]! + s * band[d]!;
  if (share < NOTHING) return;
  mask[pixel] = Math.min(255, Math.round(share * 255));
  const place = 3 * pixel;
  const red = rgb[place]!;
  const green = rgb[place + 1]!;
  const blue = rgb[place + 2]!;
  for (let channel = 0, i = 1; channel < 3; channel++, i += 4) {
    let value = rgb[place + channel]!;
    value += red * (p * band[a + i]! + q * band[b + i]! + r * band[c + i]! + s * band[d + i]!);
    value +=
      green * (p * band[a + i + 1]! + q * band[b + i + 1]! + r * band[c + i + 1]! + s * band[d + i + 1]!);
    value +=
      blue * (p * band[a + i + 2]! + q * band[b + i + 2]! + r * band[c + i + 2]! + s * band[d + i + 2]!);
    value += p * band[a + i + 3]! + q * band[b + i + 3]! + r * band[c + i + 3]! + s * band[d + i + 3]!;
    rgb[place + channel] = Math.min(255, Math.max(0, Math.round(value)));
  }
}

/** Of each of `to` samples along a side of `from`, which repeats its ends. */
function tapsAlong(to: number, from: number): Taps {
  const at = new Int32Array(4 * to);
  const weights = new Float32Array(4 * to);
  for (let i = 0; i < to; i++) {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const first = Math.floor(centre);
    const t = centre - first;
    for (let k = 0; k < 4; k++) at[4 * i + k] = Math.min(from - 1, Math.max(0, first - 1 + k));
    weights.set(
      [
        ((2 - t) * t - 1) * t * 0.5,
        ((3 * t - 5) * t * t + 2) * 0.5,
        ((4 - 3 * t) * t + 1) * t * 0.5,
        (t - 1) * t * t * 0.5,
      ],
      4 * i,
    );
  }
  return { at, weights };
}
