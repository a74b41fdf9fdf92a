/** @file Operations that move elements without computing: shape, order, parts. */

import { elementCount } from '../../tensor/tensor.ts';
import { type Graph, int, ints, type Shape, text, type Value } from '../graph.ts';

const indices = (graph: Graph, data: readonly number[]): Value =>
  graph.constant(data, [data.length], 'int64');

/** The same elements in another shape. One size may be -1: what is left over. */
export function reshape(x: Value, shape: Shape): Value {
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const full = shape.map((size) => (size === -1 ? elementCount(x.shape) / known : size));
  if (elementCount(full) !== elementCount(x.shape))
    throw new RangeError(`cannot reshape [${x.shape}] to [${shape}]`);
  if (full.join() === x.shape.join()) return x;
  return x.graph.emit('Reshape', [x, indices(x.graph, full)], full, {}, x.type);
}

/** Axes in another order: axis i of the result is axis order[i] of x. */
export function transpose(x: Value, order: readonly number[]): Value {
  return x.graph.emit(
    'Transpose',
    [x],
    order.map((axis) => x.size(axis)),
    { perm: ints(order) },
    x.type,
  );
}

/** Values joined along one axis. */
export function concat(parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (first === undefined) throw new RangeError('cannot join no values');
  const total = parts.reduce((sum, part) => sum + part.size(axis), 0);
  return first.graph.emit(
    'Concat',
    parts,
    first.shape.map((size, i) => (i === axis ? total : size)),
    { axis: int(axis) },
  );
}

/** The part [start, end) of one axis. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const bounds = [[start], [end], [axis]].map((bound) => indices(x.graph, bound));
  return x.graph.emit(
    'Slice',
    [x, ...bounds],
    x.shape.map((size, i) => (i === axis ? end - start : size)),
  );
}

/** Zeros put before and after the elements of one axis. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  const rank = x.shape.length;
  const pads = Array.from({ length: 2 * rank }, (_, i) =>
    i === axis ? before : i === rank + axis ? after : 0,
  );
  const shape = x.shape.map((size, i) => (i === axis ? size + before + after : size));
  return x.graph.emit('Pad', [x, indices(x.graph, pads)], shape, { mode: text('constant') });
}

/** x repeated along axes of size 1 until it has the given shape. */
export function expand(x: Value, shape: Shape): Value {
  return x.graph.emit('Expand', [x, indices(x.graph, shape)], shape);
}

/** A value of the given shape that holds one number everywhere. */
export const filled = (graph: Graph, shape: Shape, number: number): Value =>
  expand(graph.constant([number]), shape);

/** Rows of a table by their indices: table [V, D], ids [...] to [..., D]. */
export function gather(table: Value, ids: Value): Value {
  return table.graph.emit('Gather', [table, ids], [...ids.shape, ...table.shape.slice(1)], { axis: int(0) });
}
