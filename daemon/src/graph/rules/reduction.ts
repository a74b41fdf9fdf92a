/** @file Backward rules of sums and means: the gradient goes to every element that was summed. */

import { elementCount } from '../../tensor/tensor.ts';
import { mul } from '../ops/elementwise.ts';
import { expand } from '../ops/movement.ts';
import type { RulesFor } from './rule.ts';

export const reductionRules: RulesFor<'ReduceSum' | 'ReduceMean'> = {
  ReduceSum: ({ inputs: [x] }, g) => [() => expand(g, x!.shape), 'constant'],
  ReduceMean: ({ inputs: [x], outputs: [y] }, g) => [
    () => expand(mul(g, elementCount(y!.shape) / elementCount(x!.shape)), x!.shape),
  ],
};
