/** Each operator in small graphs: for its backward rule, and for the shapes that it says its outputs have. */

import type { Operator, Value } from '../../daemon/src/graph/graph.ts';
import {
  attend,
  attentionMap,
  fusedAttention,
  MultiHeadAttention,
} from '../../daemon/src/graph/ops/attention.ts';
import { Expand, expand, ReduceSum, reduceSum } from '../../daemon/src/graph/ops/broadcast.ts';
import { Conv, conv, Resize, upsampleNearest } from '../../daemon/src/graph/ops/convolution.ts';
import * as e from '../../daemon/src/graph/ops/elementwise.ts';
import { Gemm, linear, MatMul, matmul } from '../../daemon/src/graph/ops/linear.ts';
import { ReduceMean, reduceMean } from '../../daemon/src/graph/ops/mean.ts';
import {
  Concat,
  concat,
  Pad,
  pad,
  Reshape,
  reshape,
  Slice,
  slice,
  Transpose,
  transpose,
} from '../../daemon/src/graph/ops/movement.ts';
import {
  groupNorm,
  LayerNormalization,
  layerNorm,
  Softmax,
  softmax,
} from '../../daemon/src/graph/ops/normalize.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';

export interface OperatorCase {
  readonly operator: Operator;
  readonly law: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...inputs: Value[]) => Value;
  /** Inputs shifted away from 0, where a division or a square root is steep. */
  readonly positive?: boolean;
}

export const OPERATOR_CASES: readonly OperatorCase[] = [
  {
    operator: e.Add,
    law: 'a broadcast operand sums its gradient',
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
    build: (a, b) => e.add(a, b),
  },
  {
    operator: e.Sub,
    law: 'the second operand has the opposite sign',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => e.sub(a, b),
  },
  { operator: e.Mul, law: 'product rule, broadcast', shapes: [[2, 3], [3]], build: (a, b) => e.mul(a, b) },
  { operator: e.Mul, law: 'a value times itself counts twice', shapes: [[5]], build: (a) => e.mul(a, a) },
  {
    operator: e.Div,
    law: 'quotient rule, broadcast',
    shapes: [
      [2, 3],
      [1, 3],
    ],
    build: (a, b) => e.div(a, b),
    positive: true,
  },
  { operator: e.Neg, law: 'sign', shapes: [[4]], build: e.neg },
  { operator: e.Sqrt, law: 'half its inverse', shapes: [[4]], build: e.sqrt, positive: true },
  { operator: e.Exp, law: 'itself', shapes: [[4]], build: e.exp },
  { operator: e.Erf, law: 'a Gaussian', shapes: [[6]], build: e.erf },
  { operator: e.Sigmoid, law: 'y (1 - y)', shapes: [[6]], build: e.sigmoid },
  { operator: e.LeakyRelu, law: 'slope below zero', shapes: [[9]], build: (x) => e.leakyRelu(x, 0.01) },
  {
    operator: e.Where,
    law: 'only the chosen branch',
    shapes: [[9], [9]],
    build: (a, b) => e.where(e.greater(a, 0), a, b),
  },
  {
    operator: MatMul,
    law: 'both sides, batched',
    shapes: [
      [2, 3, 4],
      [2, 4, 2],
    ],
    build: matmul,
  },
  {
    operator: MatMul,
    law: 'a broadcast side sums over the batch',
    shapes: [
      [3, 4],
      [2, 4, 2],
    ],
    build: matmul,
  },
  {
    operator: Gemm,
    law: 'linear layer: input, weight and bias',
    shapes: [[2, 3, 4], [5, 4], [5]],
    build: linear,
  },
  {
    operator: Conv,
    law: 'padding',
    shapes: [[1, 2, 4, 5]],
    build: (x) => conv(x, weight(x, [3, 2, 3, 3]), null, { padding: [1, 1, 1, 1] }),
  },
  {
    operator: Conv,
    law: 'stride with an even size',
    shapes: [[2, 2, 6, 4]],
    build: (x) => conv(x, weight(x, [3, 2, 3, 3]), null, { stride: 2, padding: [1, 1, 1, 1] }),
  },
  {
    operator: Conv,
    law: 'stride, padded at the far side only',
    shapes: [[1, 2, 6, 4]],
    build: (x) => conv(x, weight(x, [2, 2, 3, 3]), null, { stride: 2, padding: [0, 0, 1, 1] }),
  },
  {
    operator: Conv,
    law: 'bias',
    shapes: [[1, 2, 3, 3], [4]],
    build: (x, b) => conv(x, weight(x, [4, 2, 1, 1]), b),
  },
  { operator: Resize, law: 'four pixels sum into one', shapes: [[1, 2, 3, 2]], build: upsampleNearest },
  { operator: Reshape, law: 'the same elements', shapes: [[2, 6]], build: (x) => reshape(x, [3, -1]) },
  {
    operator: Transpose,
    law: 'the inverse order',
    shapes: [[2, 3, 4]],
    build: (x) => transpose(x, [2, 0, 1]),
  },
  {
    operator: Concat,
    law: 'each part its piece',
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: (a, b) => concat([a, b], 1),
  },
  { operator: Slice, law: 'zero outside', shapes: [[2, 5]], build: (x) => slice(x, 1, 1, 4) },
  { operator: Pad, law: 'the inner part', shapes: [[2, 3]], build: (x) => pad(x, 1, 2, 1) },
  { operator: Expand, law: 'sums over copies', shapes: [[3, 1]], build: (x) => expand(x, [2, 3, 4]) },
  { operator: ReduceSum, law: 'one to each', shapes: [[2, 3, 4]], build: (x) => reduceSum(x, [0, 2]) },
  { operator: ReduceMean, law: 'a share to each', shapes: [[2, 3, 4]], build: (x) => reduceMean(x, [1]) },
  { operator: Softmax, law: 'rows of the Jacobian sum to zero', shapes: [[2, 5]], build: softmax },
  {
    operator: LayerNormalization,
    law: 'input, scale and bias',
    shapes: [[3, 6], [6], [6]],
    build: (x, s, b) => layerNorm(x, s, b, 1e-5),
  },
  {
    operator: LayerNormalization,
    law: 'group norm',
    shapes: [[2, 4, 2, 3], [4], [4]],
    build: (x, s, b) => groupNorm(x, 2, s, b, 1e-5),
  },
  {
    operator: MatMul,
    law: 'attention: queries, keys and values',
    shapes: [
      [1, 3, 4],
      [1, 5, 4],
      [1, 5, 4],
    ],
    build: (q, k, v) => attend(attentionMap(q, k, 2), v),
  },
  {
    operator: MultiHeadAttention,
    law: 'queries, keys and values, without a map',
    shapes: [
      [1, 3, 4],
      [1, 5, 4],
      [1, 5, 4],
    ],
    build: (q, k, v) => fusedAttention(q, k, v, 2),
  },
  { operator: e.Erf, law: 'gelu', shapes: [[8]], build: e.gelu },
  { operator: e.Sigmoid, law: 'silu', shapes: [[8]], build: e.silu },
];

/** A constant convolution weight: frozen, as in the networks. */
function weight(x: Value, shape: readonly number[]): Value {
  const { data } = normalTensor(shape, uniformGenerator(7));
  return x.graph.constant([...data], shape);
}

/** Random inputs x0, x1 ... of a case. */
export function randomInputs({ shapes, positive }: OperatorCase): Tensor[] {
  const uniform = uniformGenerator(3);
  return shapes.map((shape) => {
    const { data } = normalTensor(shape, uniform);
    return tensor(shape, positive ? data.map((x) => 1 + Math.abs(x)) : data);
  });
}

export const feedsOf = (inputs: readonly Tensor[]) =>
  Object.fromEntries(inputs.map((value, i) => [`x${i}`, value]));
