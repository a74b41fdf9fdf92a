/** @file Numbers over a picture's pixels, and what is done with them before anything is decided. */

import type { Size } from '../picture.ts';

/** One number a pixel, row by row. */
export interface Plane extends Size {
  readonly data: Float32Array;
}

export const plane = (
  { width, height }: Size,
  data: Float32Array = new Float32Array(width * height),
): Plane => ({
  width,
  height,
  data,
});

/** The mean of the box of `2 radius + 1` pixels a side around each pixel, as far as that is there. */
export function boxMean(source: Plane, radius: number): Plane {
  const { width, height } = source;
  const across = boxMeanOfLines(source.data, { length: width, step: 1, lines: height, stride: width }, radius);
  return plane(source, boxMeanOfLines(across, { length: height, step: width, lines: width, stride: 1 }, radius));
}

interface Lines {
  readonly length: number;
  /** From one value of a line to the next. */
  readonly step: number;
  readonly lines: number;
  /** From one line to the next. */
  readonly stride: number;
}

/** By a running sum: the radius costs nothing. */
function boxMeanOfLines(values: Float32Array, { length, step, lines, stride }: Lines, radius: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    const at = (i: number) => line * stride + i * step;
    let sum = 0;
    let count = 0;
    for (let i = 0; i < Math.min(radius, length); i++) {
      sum += values[at(i)]!;
      count += 1;
    }
    for (let i = 0; i < length; i++) {
      if (i + radius < length) {
        sum += values[at(i + radius)]!;
        count += 1;
      }
      if (i - radius - 1 >= 0) {
        sum -= values[at(i - radius - 1)]!;
        count -= 1;
      }
      result[at(i)] = sum / count;
    }
  }
  return result;
}
