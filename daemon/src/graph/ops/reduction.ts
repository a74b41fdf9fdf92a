/** @file Sums and means over axes, added up in float32. The reduced axes are kept, with size 1. */

import { type Attributes, type FloatType, int, ints, type Value } from '../graph.ts';
import { reshape } from './movement.ts';

function reduce(
  op: 'ReduceSum' | 'ReduceMean',
  x: Value,
  axes: readonly number[],
  others: readonly Value[],
  attributes: Attributes,
): Value {
  const { graph } = x;
  const sum = graph.emit(op, [graph.cast(x, 'float32'), ...others], reducedShape(x, axes), attributes);
  return graph.cast(sum, x.type as FloatType);
}

const reducedShape = (x: Value, axes: readonly number[]): number[] =>
  x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));

/** Sum over the given axes. */
export function reduceSum(x: Value, axes: readonly number[]): Value {
  const axesInput = x.graph.constant(axes, [axes.length], 'int64');
  return reduce('ReduceSum', x, axes, [axesInput], { keepdims: int(1) });
}

/** Mean over the given axes. */
export function reduceMean(x: Value, axes: readonly number[]): Value {
  return reduce('ReduceMean', x, axes, [], { axes: ints(axes), keepdims: int(1) });
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
