/** @file Backward rules of softmax and layer normalisation, from their own outputs. */

import { mul, sub } from '../ops/elementwise.ts';
import { reduceMean, reduceSum } from '../ops/reduction.ts';
import type { RulesFor } from './rule.ts';
import { sumTo } from './sumTo.ts';

export const normalizeRules: RulesFor<'Softmax' | 'LayerNormalization'> = {
  Softmax: ({ outputs: [y] }, g) => [
    () => {
      const weighted = mul(g, y!);
      return sub(weighted, mul(y!, reduceSum(weighted, [y!.shape.length - 1])));
    },
  ],
  LayerNormalization: ({ inputs: [x, scale, bias], outputs: [, mean, inverseDeviation] }, g) => {
    const last = [x!.shape.length - 1];
    const normalized = () => mul(sub(x!, mean!), inverseDeviation!);
    return [
      () => {
        const hat = normalized();
        const scaled = mul(g, scale!);
        const centred = sub(scaled, reduceMean(scaled, last));
        return mul(sub(centred, mul(hat, reduceMean(mul(scaled, hat), last))), inverseDeviation!);
      },
      () => sumTo(mul(g, normalized()), scale!.shape),
      () => sumTo(g, bias!.shape),
    ];
  },
};
