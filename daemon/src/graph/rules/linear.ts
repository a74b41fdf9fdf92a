/** @file Backward rules of matrix products. */

import { gemm, matmul, matrixTranspose } from '../ops/linear.ts';
import { reshape } from '../ops/movement.ts';
import { reduceSum } from '../ops/reduction.ts';
import type { RulesFor } from './rule.ts';
import { sumTo } from './sumTo.ts';

export const linearRules: RulesFor<'MatMul' | 'Gemm'> = {
  MatMul: ({ inputs: [a, b] }, g) => [
    () => sumTo(matmul(g, matrixTranspose(b!)), a!.shape),
    () => sumTo(matmul(matrixTranspose(a!), g), b!.shape),
  ],
  // Only the form of `linear` is ever differentiated: y = a b^T + c.
  Gemm: ({ inputs: [a, b] }, g) => [
    () => gemm(g, b!, null, {}),
    () => gemm(g, a!, null, { transA: true }),
    () => reshape(reduceSum(g, [0]), [g.size(1)]),
  ],
};
