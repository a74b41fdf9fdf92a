/** @file NumPy broadcasting. */

import type { Shape } from '../graph.ts';

/** The shape of a result of two operands, aligned at their last axes. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - (rank - a.length)] ?? 1;
    const right = b[i - (rank - b.length)] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new RangeError(`cannot broadcast [${a}] with [${b}]`);
    return left === 1 ? right : left;
  });
}
