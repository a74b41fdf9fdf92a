/** @file NumPy broadcasting: copies along axes, and sums over them. Each is the gradient of the other. */

import { flag } from '../attributes.ts';
import type { FloatType, Shape } from '../elementTypes.ts';
import { type Graph, noScratch, type Operator, type Taking, type Value } from '../graph.ts';
import { indices, reshape } from './movement.ts';

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

export const Expand: Operator<Taking<[x: Value, shape: Value], [x: Value, shape: Shape]>> = {
  name: 'Expand',
  attributes: {},
  build: (x, shape) => x.graph.emit(Expand, [x, indices(x.graph, shape)], {}),
  outputs: ([{ type }, shape]) => [{ type, shape: shape.graph.numbersOf(shape) }],
  backward: ({ inputs: [x] }, g) => [() => sumTo(g, x.shape), 'constant'],
  result: 'its own',
  scratchBytes: noScratch,
};

/** x repeated along axes of size 1 until it has the given shape. */
export const expand = Expand.build;

/** A value of the given shape that holds one number everywhere. */
export const filled = (graph: Graph, shape: Shape, number: number): Value =>
  expand(graph.constant([number]), shape);

/** A shape with the given axes reduced to size 1. */
export const reducedShape = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((size, axis) => (axes.includes(axis) ? 1 : size));

export const ReduceSum: Operator<
  Taking<[x: Value, axes: Value], [x: Value, axes: readonly number[]], { keepdims: boolean }>
> = {
  name: 'ReduceSum',
  attributes: { keepdims: flag },
  build: (x, axes) => {
    const { graph } = x;
    const places = indices(graph, axes);
    const sum = graph.emit(ReduceSum, [graph.cast(x, 'float32'), places], { keepdims: true });
    return graph.cast(sum, x.type as FloatType);
  },
  outputs: ([{ type, shape }, axes]) => [{ type, shape: reducedShape(shape, axes.graph.numbersOf(axes)) }],
  backward: ({ inputs: [x] }, g) => [() => expand(g, x.shape), 'constant'],
  result: 'its own',
  scratchBytes: noScratch,
};

/** Sum over the given axes, which are kept with size 1; added up in float32. */
export const reduceSum = ReduceSum.build;

/** The gradient of an operand of shape `shape` that was broadcast to `x`'s shape: sums over what was repeated. */
export function sumTo(x: Value, shape: Shape): Value {
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, axis) => (axis < extra || size !== shape[axis - extra] ? [axis] : []));
  return reshape(axes.length > 0 ? reduceSum(x, axes) : x, shape);
}
