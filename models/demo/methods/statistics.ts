/** @file What a sample of scenes says of all scenes: means and shares with 95 % intervals. */

import { z } from 'zod';

/** The normal distribution's two-sided 95 % point. */
const Z = 1.96;

/** A mean or a share of `count` values, and the bounds of its 95 % interval. */
export const Estimate = z.object({ value: z.number(), low: z.number(), high: z.number(), count: z.number() });
export type Estimate = z.infer<typeof Estimate>;

/** The mean, with the normal interval of its standard error; null of no values. One value has no bounds but itself. */
export function meanOf(values: readonly number[]): Estimate | null {
  const count = values.length;
  if (count === 0) return null;
  const value = values.reduce((sum, x) => sum + x, 0) / count;
  const variance = values.reduce((sum, x) => sum + (x - value) ** 2, 0) / Math.max(count - 1, 1);
  const half = Z * Math.sqrt(variance / count);
  return { value, low: value - half, high: value + half, count };
}

/** The share of what is true, with Wilson's interval (1927), which holds for few values and near 0 and 1 too. */
export function shareOf(values: readonly boolean[]): Estimate | null {
  const count = values.length;
  if (count === 0) return null;
  const value = values.filter(Boolean).length / count;
  const centre = value + Z ** 2 / (2 * count);
  const half = Z * Math.sqrt((value * (1 - value)) / count + (Z / (2 * count)) ** 2);
  const scale = 1 + Z ** 2 / count;
  return {
    value,
    low: Math.max(0, (centre - half) / scale),
    high: Math.min(1, (centre + half) / scale),
    count,
  };
}

/** The middle value: one slow run, such as the first, which loads the networks, does not move it. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return null;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}
