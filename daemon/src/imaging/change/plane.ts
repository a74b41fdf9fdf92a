/** @file Numbers over a picture's pixels, and their means. */

import type { Picture, Size } from '../picture.ts';

/** One number a pixel, row by row. */
export interface Plane extends Size {
  readonly data: Float32Array<ArrayBuffer>;
}

/** A plane of the numbers that a pixel's index gives. */
export function planeOf({ width, height }: Size, number: (pixel: number) => number): Plane {
  const data = new Float32Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = number(i);
  return { width, height, data };
}

/** One of a picture's colours, 0 to 255. */
export const channelOf = (picture: Picture, channel: number): Plane =>
  planeOf(picture, (i) => picture.rgb[3 * i + channel]!);

/** Rec. 601 luma, 0 to 255. */
export const lumaOf = (picture: Picture): Plane =>
  planeOf(
    picture,
    (i) => 0.299 * picture.rgb[3 * i]! + 0.587 * picture.rgb[3 * i + 1]! + 0.114 * picture.rgb[3 * i + 2]!,
  );

/** A plane at another size, by linear interpolation between the middles of its pixels. */
export function enlarged(source: Plane, { width, height }: Size): Plane {
  const [columns, rows] = [neighbours(width, source.width), neighbours(height, source.height)];
  return planeOf({ width, height }, (i) => {
    const [column, row] = [columns[i % width]!, rows[Math.floor(i / width)]!];
    const along = (y: number): number => {
      const [left, right] = [
        source.data[y * source.width + column.at]!,
        source.data[y * source.width + column.next]!,
      ];
      return left + (right - left) * column.part;
    };
    const [above, below] = [along(row.at), along(row.next)];
    return above + (below - above) * row.part;
  });
}

/** For each of `to` samples along a side of `from`: the two that it lies between, and how near to the second. */
function neighbours(to: number, from: number): { at: number; next: number; part: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const place = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const at = Math.floor(place);
    return { at, next: Math.min(from - 1, at + 1), part: place - at };
  });
}

export const product = (a: Plane, b: Plane): Plane => planeOf(a, (i) => a.data[i]! * b.data[i]!);

/** The mean of the box of `2 radius + 1` pixels a side around each pixel, as far as that is there. */
export function boxMean(source: Plane, radius: number): Plane {
  const { width, height } = source;
  const across = meansAlong(source.data, { length: width, step: 1, lines: height, stride: width }, radius);
  const data = meansAlong(across, { length: height, step: width, lines: width, stride: 1 }, radius);
  return { width, height, data };
}

interface Lines {
  readonly length: number;
  /** From one value of a line to the next. */
  readonly step: number;
  readonly lines: number;
  /** From one line to the next. */
  readonly stride: number;
}

/** By a running sum, so that the radius costs nothing. */
function meansAlong(
  values: Float32Array,
  { length, step, lines, stride }: Lines,
  radius: number,
): Float32Array<ArrayBuffer> {
  const means = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    const start = line * stride;
    let sum = 0;
    let count = 0;
    for (let i = -radius; i < length; i++) {
      if (i + radius < length) {
        sum += values[start + (i + radius) * step]!;
        count += 1;
      }
      if (i > radius) {
        sum -= values[start + (i - radius - 1) * step]!;
        count -= 1;
      }
      if (i >= 0) means[start + i * step] = sum / count;
    }
  }
  return means;
}
