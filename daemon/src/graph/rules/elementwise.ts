/** @file Backward rules of the operations on each element. */

import { div, exp, greater, mul, neg, sub, where } from '../ops/elementwise.ts';
import type { RulesFor } from './rule.ts';
import { sumTo } from './sumTo.ts';

export const elementwiseRules: RulesFor<
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'Div'
  | 'Neg'
  | 'Sqrt'
  | 'Exp'
  | 'Erf'
  | 'Sigmoid'
  | 'LeakyRelu'
  | 'Greater'
  | 'Where'
> = {
  Add: ({ inputs: [a, b] }, g) => [() => sumTo(g, a!.shape), () => sumTo(g, b!.shape)],
  Sub: ({ inputs: [a, b] }, g) => [() => sumTo(g, a!.shape), () => sumTo(neg(g), b!.shape)],
  Mul: ({ inputs: [a, b] }, g) => [() => sumTo(mul(g, b!), a!.shape), () => sumTo(mul(g, a!), b!.shape)],
  Div: ({ inputs: [a, b], outputs: [y] }, g) => [
    () => sumTo(div(g, b!), a!.shape),
    () => sumTo(neg(div(mul(g, y!), b!)), b!.shape),
  ],
  Neg: (_, g) => [() => neg(g)],
  Sqrt: ({ outputs: [y] }, g) => [() => div(mul(g, 0.5), y!)],
  Exp: ({ outputs: [y] }, g) => [() => mul(g, y!)],
  Erf: ({ inputs: [x] }, g) => [() => mul(g, mul(exp(neg(mul(x!, x!))), 2 / Math.sqrt(Math.PI)))],
  Sigmoid: ({ outputs: [y] }, g) => [() => mul(g, mul(y!, sub(1, y!)))],
  LeakyRelu: ({ inputs: [x], attributes: { alpha } }, g) => [
    () => where(greater(x!, 0), g, mul(g, alpha!.value as number)),
  ],
  Greater: 'constant',
  Where: ({ inputs: [condition, a, b] }, g) => [
    'constant',
    () => sumTo(where(condition!, g, g.graph.constant([0], [], g.type)), a!.shape),
    () => sumTo(where(condition!, g.graph.constant([0], [], g.type), g), b!.shape),
  ],
};
