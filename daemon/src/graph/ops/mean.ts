/** @file Means over axes, added up in float32. */

import { elementCount } from '../../tensor/tensor.ts';
import { flag, ints } from '../attributes.ts';
import type { FloatType } from '../elementTypes.ts';
import { noScratch, type Operator, type Taking, type Value } from '../graph.ts';
import { expand, reducedShape } from './broadcast.ts';
import { mul } from './elementwise.ts';
import { reshape } from './movement.ts';

export const ReduceMean: Operator<
  Taking<[x: Value], [x: Value, axes: readonly number[]], { axes: readonly number[]; keepdims: boolean }>
> = {
  name: 'ReduceMean',
  attributes: { axes: ints, keepdims: flag },
  build: (x, axes) => {
    const { graph } = x;
    const result = graph.emit(ReduceMean, [graph.cast(x, 'float32')], { axes, keepdims: true });
    return graph.cast(result, x.type as FloatType);
  },
  outputs: ([{ type, shape }], { axes }) => [{ type, shape: reducedShape(shape, axes) }],
  backward: ({ inputs: [x], outputs: [y] }, g) => [
    () => expand(mul(g, elementCount(y.shape) / elementCount(x.shape)), x.shape),
  ],
  result: 'its own',
  scratchBytes: noScratch,
};

/** Mean over the given axes, which are kept with size 1. */
export const reduceMean = ReduceMean.build;

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
