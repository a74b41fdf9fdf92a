/** @file Sums and means over axes. The reduced axes are kept, with size 1. */

import { int, ints, type Value } from '../graph.ts';
import { reshape } from './movement.ts';

const reducedShape = (x: Value, axes: readonly number[]): number[] =>
  x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));

/** Sum over the given axes. */
export function reduceSum(x: Value, axes: readonly number[]): Value {
  const axesInput = x.graph.constant(axes, [axes.length], 'int64');
  return x.graph.emit('ReduceSum', [x, axesInput], reducedShape(x, axes), { keepdims: int(1) });
}

/** Mean over the given axes. */
export function reduceMean(x: Value, axes: readonly number[]): Value {
  return x.graph.emit('ReduceMean', [x], reducedShape(x, axes), { axes: ints(axes), keepdims: int(1) });
}

/** Mean over all elements, as a scalar. */
export function mean(x: Value): Value {
  return reshape(
    reduceMean(
      x,
      x.shape.map((_, axis) => axis),
    ),
    [],
  );
}
