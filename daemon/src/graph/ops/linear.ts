/** @file Matrix products. */

import { flag } from '../attributes.ts';
import { commonType } from '../elementTypes.ts';
import { noScratch, type Operator, type Taking, type Value } from '../graph.ts';
import { broadcastShape, reduceSum, sumTo } from './broadcast.ts';
import { reshape, transpose } from './movement.ts';

export const MatMul: Operator<Taking<[a: Value, b: Value], [a: Value, b: Value]>> = {
  name: 'MatMul',
  attributes: {},
  build: (a, b) => a.graph.emit(MatMul, [a, b], {}),
  outputs: ([a, b]) => {
    if (a.size(-1) !== b.size(-2)) throw new RangeError(`cannot multiply [${a.shape}] by [${b.shape}]`);
    const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return [{ type: commonType(a, b), shape: [...batch, a.size(-2), b.size(-1)] }];
  },
  backward: ({ inputs: [a, b] }, g) => [
    () => sumTo(matmul(g, matrixTranspose(b)), a.shape),
    () => sumTo(matmul(matrixTranspose(a), g), b.shape),
  ],
  result: 'its own',
  scratchBytes: noScratch,
};

/** Batched matrix product: [..., M, K] x [..., K, N] to [..., M, N]; leading axes broadcast. */
export const matmul = MatMul.build;

/** Transposes the last two axes. */
export function matrixTranspose(x: Value): Value {
  const rank = x.shape.length;
  return transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}

interface Transposed {
  readonly transA?: boolean;
  readonly transB?: boolean;
}

export const Gemm: Operator<
  Taking<
    [a: Value, b: Value, c: Value | null],
    [a: Value, b: Value, c: Value | null, transposed: Transposed],
    { transA: boolean; transB: boolean }
  >
> = {
  name: 'Gemm',
  attributes: { transA: flag, transB: flag },
  build: (a, b, c, { transA = false, transB = false }) => a.graph.emit(Gemm, [a, b, c], { transA, transB }),
  outputs: ([a, b, c], { transA, transB }) => [
    { type: commonType(a, b, c), shape: [a.size(transA ? 1 : 0), b.size(transB ? 0 : 1)] },
  ],
  // Only the form of `linear` is ever differentiated: y = a b^T + c.
  backward: ({ inputs: [a, b] }, g) => [
    () => gemm(g, b, null, {}),
    () => gemm(g, a, null, { transA: true }),
    () => reshape(reduceSum(g, [0]), [g.size(1)]),
  ],
  result: 'its own',
  scratchBytes: noScratch,
};

/** Product of two matrices, either of them transposed, plus a row. */
const gemm = Gemm.build;

/**
 * A linear layer: x [..., in], weight [out, in] as checkpoints store it, bias [out].
 *
 * A Gemm on a two-dimensional view reads the weight where it lies in the file; a Transpose would copy it.
 */
export function linear(x: Value, weight: Value, bias: Value | null = null): Value {
  const rows = reshape(x, [-1, x.size(-1)]);
  return reshape(gemm(rows, weight, bias, { transB: true }), [...x.shape.slice(0, -1), weight.size(0)]);
}
