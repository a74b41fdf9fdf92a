/** @file The difference between our numbers and the reference's. */

export interface Difference {
  /** The largest difference of any element. */
  readonly absolute: number;
  /** The same, relative to the reference's largest magnitude. */
  readonly relative: number;
}

/** Compares element by element. A number that is not finite, on one side only, differs by infinity. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  let absolute = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const distance = Math.abs(actual[i]! - expected[i]!);
    absolute = Math.max(absolute, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);
  }
  return { absolute, relative: absolute === 0 ? 0 : absolute / largestOf(expected) };
}

/** The largest magnitude. */
export function largestOf(data: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]!));
  return largest;
}

/** Mean of all elements. */
export const meanOf = (data: Float32Array): number => data.reduce((sum, x) => sum + x, 0) / data.length;

/** Standard deviation of all elements, with Bessel's correction, as PyTorch's `std`. */
export function deviationOf(data: Float32Array): number {
  const mean = meanOf(data);
  return Math.sqrt(data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (data.length - 1));
}
