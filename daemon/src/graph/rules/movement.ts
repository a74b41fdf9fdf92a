/** @file Backward rules of the operations that only move elements: moving the gradient back. */

import type { FloatType, Value } from '../graph.ts';
import { pad, reshape, slice, transpose } from '../ops/movement.ts';
import type { RulesFor } from './rule.ts';
import { sumTo } from './sumTo.ts';

const inverse = (order: readonly number[]): number[] => order.map((_, axis) => order.indexOf(axis));
export const movementRules: RulesFor<
  'Reshape' | 'Transpose' | 'Concat' | 'Slice' | 'Pad' | 'Expand' | 'Gather' | 'Cast'
> = {
  Reshape: ({ inputs: [x] }, g) => [() => reshape(g, x!.shape), 'constant'],
  Transpose: ({ attributes: { perm } }, g) => [() => transpose(g, inverse(perm!.value as number[]))],
  Concat: ({ inputs, attributes }, g) => {
    const axis = attributes.axis!.value as number;
    let end = 0;
    return inputs.map((part) => {
      const start = end;
      end += part!.size(axis);
      const stop = end;
      return () => slice(g, axis, start, stop);
    });
  },
  Slice: ({ inputs: [x, starts, , axes], outputs: [y] }, g) => [
    () => {
      const axis = constantNumber(axes!);
      const before = constantNumber(starts!);
      return pad(g, axis, before, x!.size(axis) - before - y!.size(axis));
    },
    'constant',
    'constant',
    'constant',
  ],
  Pad: ({ inputs: [x, pads] }, g) => [
    () => {
      const before = constantNumbers(pads!).slice(0, x!.shape.length);
      return before.reduce((part, start, axis) => {
        const size = x!.size(axis);
        return part.size(axis) === size ? part : slice(part, axis, start, start + size);
      }, g);
    },
    'constant',
  ],
  Expand: ({ inputs: [x] }, g) => [() => sumTo(g, x!.shape), 'constant'],
  Gather: () => ['frozen', 'constant'],
  Cast: ({ inputs: [x] }, g) => [() => g.graph.cast(g, x!.type as FloatType)],
};

function constantNumbers(value: Value): readonly number[] {
  for (const constant of value.graph.constants.values()) if (constant.value === value) return constant.data;
  throw new Error(`${value.name} is not a constant`);
}

const constantNumber = (value: Value): number => constantNumbers(value)[0] as number;
