/** @file Operations that move elements without computing: order, shape, parts. The way back moves the gradient back. */

import { elementCount } from '../../tensor/tensor.ts';
import { int, ints, text } from '../attributes.ts';
import { commonType, type Shape } from '../elementTypes.ts';
import { type Graph, noScratch, type Operator, type Taking, type Value } from '../graph.ts';

/** A constant list of whole numbers, as operators take shapes, places and axes. */
export const indices = (graph: Graph, data: readonly number[]): Value =>
  graph.constant(data, [data.length], 'int64');

const numbersOf = (value: Value): readonly number[] => value.graph.numbersOf(value);
const numberOf = (value: Value): number => numbersOf(value)[0]!;

export const Reshape: Operator<Taking<[x: Value, shape: Value], [x: Value, shape: Shape]>> = {
  name: 'Reshape',
  attributes: {},
  build: (x, shape) => {
    const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
    const full = shape.map((size) => (size === -1 ? elementCount(x.shape) / known : size));
    if (elementCount(full) !== elementCount(x.shape))
      throw new RangeError(`cannot reshape [${x.shape}] to [${shape}]`);
    if (full.join() === x.shape.join()) return x;
    return x.graph.emit(Reshape, [x, indices(x.graph, full)], {});
  },
  outputs: ([{ type }, shape]) => [{ type, shape: numbersOf(shape) }],
  backward: ({ inputs: [x] }, g) => [() => reshape(g, x.shape), 'constant'],
  result: 'the input itself',
  scratchBytes: noScratch,
};

/** The same elements in another shape. One size may be -1: what is left over. */
export const reshape = Reshape.build;

export const Transpose: Operator<
  Taking<[x: Value], [x: Value, order: readonly number[]], { perm: readonly number[] }>
> = {
  name: 'Transpose',
  attributes: { perm: ints },
  build: (x, order) => x.graph.emit(Transpose, [x], { perm: order }),
  outputs: ([x], { perm }) => [{ type: x.type, shape: perm.map((axis) => x.size(axis)) }],
  backward: ({ attributes: { perm } }, g) => [
    () =>
      transpose(
        g,
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
  ],
  result: 'its own',
  scratchBytes: noScratch,
};

/** Axes in another order: axis i of the result is axis order[i] of x. */
export const transpose = Transpose.build;

type Parts = readonly [Value, ...Value[]];

export const Concat: Operator<Taking<Parts, [parts: readonly Value[], axis: number], { axis: number }>> = {
  name: 'Concat',
  attributes: { axis: int },
  build: (parts, axis) => {
    const [first, ...others] = parts;
    if (first === undefined) throw new RangeError('cannot join no values');
    return first.graph.emit(Concat, [first, ...others], { axis });
  },
  outputs: (parts, { axis }) => {
    const total = parts.reduce((sum, part) => sum + part.size(axis), 0);
    const shape = parts[0].shape.map((size, i) => (i === axis ? total : size));
    return [{ type: commonType(...parts), shape }];
  },
  backward: ({ inputs: [first, ...others], attributes: { axis } }, g) => {
    let end = 0;
    const piece = (part: Value) => {
      const start = end;
      end += part.size(axis);
      const stop = end;
      return () => slice(g, axis, start, stop);
    };
    return [piece(first), ...others.map(piece)];
  },
  result: 'its own',
  scratchBytes: noScratch,
};

/** Values joined along one axis. */
export const concat = Concat.build;

export const Slice: Operator<
  Taking<
    [x: Value, starts: Value, ends: Value, axes: Value],
    [x: Value, axis: number, start: number, end: number]
  >
> = {
  name: 'Slice',
  attributes: {},
  build: (x, axis, start, end) => {
    const [starts, ends, axes] = [
      indices(x.graph, [start]),
      indices(x.graph, [end]),
      indices(x.graph, [axis]),
    ];
    return x.graph.emit(Slice, [x, starts, ends, axes], {});
  },
  outputs: ([{ type, shape }, starts, ends, axes]) => {
    const count = numberOf(ends) - numberOf(starts);
    return [{ type, shape: shape.map((size, i) => (i === numberOf(axes) ? count : size)) }];
  },
  backward: ({ inputs: [x, starts, ends, axes] }, g) => [
    () => {
      const axis = numberOf(axes);
      return pad(g, axis, numberOf(starts), x.size(axis) - numberOf(ends));
    },
    'constant',
    'constant',
    'constant',
  ],
  result: 'its own',
  scratchBytes: noScratch,
};

/** The part [start, end) of one axis. */
export const slice = Slice.build;

export const Pad: Operator<
  Taking<
    [x: Value, pads: Value],
    [x: Value, axis: number, before: number, after: number],
    { mode: 'constant' }
  >
> = {
  name: 'Pad',
  attributes: { mode: text },
  build: (x, axis, before, after) => {
    const rank = x.shape.length;
    const pads = Array.from({ length: 2 * rank }, (_, i) =>
      i === axis ? before : i === rank + axis ? after : 0,
    );
    return x.graph.emit(Pad, [x, indices(x.graph, pads)], { mode: 'constant' });
  },
  outputs: ([{ type, shape }, pads]) => {
    const around = numbersOf(pads);
    return [{ type, shape: shape.map((size, i) => size + around[i]! + around[shape.length + i]!) }];
  },
  backward: ({ inputs: [x, pads] }, g) => [
    () =>
      numbersOf(pads)
        .slice(0, x.shape.length)
        .reduce((part, start, axis) => {
          const size = x.size(axis);
          return part.size(axis) === size ? part : slice(part, axis, start, start + size);
        }, g),
    'constant',
  ],
  result: 'its own',
  scratchBytes: noScratch,
};

/** Zeros put before and after the elements of one axis. */
export const pad = Pad.build;

export const Gather: Operator<
  Taking<[table: Value, ids: Value], [table: Value, ids: Value], { axis: number }>
> = {
  name: 'Gather',
  attributes: { axis: int },
  build: (table, ids) => table.graph.emit(Gather, [table, ids], { axis: 0 }),
  outputs: ([table, ids]) => [{ type: table.type, shape: [...ids.shape, ...table.shape.slice(1)] }],
  backward: () => ['frozen', 'constant'],
  result: 'its own',
  scratchBytes: noScratch,
};

/** Rows of a table by their indices: table [V, D], ids [...] to [..., D]. */
export const gather = Gather.build;
