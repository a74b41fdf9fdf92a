/** @file The way back through a broadcast. */

import type { Shape, Value } from '../graph.ts';
import { reshape } from '../ops/movement.ts';
import { reduceSum } from '../ops/reduction.ts';

/** The gradient of an operand of shape `shape` that was broadcast to `x`'s shape: sums over what was repeated. */
export function sumTo(x: Value, shape: Shape): Value {
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, axis) => (axis < extra || size !== shape[axis - extra] ? [axis] : []));
  return reshape(axes.length > 0 ? reduceSum(x, axes) : x, shape);
}
