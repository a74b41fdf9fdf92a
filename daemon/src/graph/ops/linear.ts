/** @file Matrix products. */

import { int, type Value } from '../graph.ts';
import { broadcastShape } from './broadcast.ts';
import { reshape, transpose } from './movement.ts';

/** Batched matrix product: [..., M, K] x [..., K, N] to [..., M, N]; leading axes broadcast. */
export function matmul(a: Value, b: Value): Value {
  if (a.size(-1) !== b.size(-2)) throw new RangeError(`cannot multiply [${a.shape}] by [${b.shape}]`);
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return a.graph.emit('MatMul', [a, b], [...batch, a.size(-2), b.size(-1)]);
}

/** Transposes the last two axes. */
export function matrixTranspose(x: Value): Value {
  const rank = x.shape.length;
  return transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}

/** Product of two matrices, either of them transposed, plus a row. */
export function gemm(a: Value, b: Value, c: Value | null, { transA = false, transB = false }): Value {
  const shape = [a.size(transA ? 1 : 0), b.size(transB ? 0 : 1)];
  return a.graph.emit('Gemm', c ? [a, b, c] : [a, b], shape, {
    transA: int(transA ? 1 : 0),
    transB: int(transB ? 1 : 0),
  });
}

/**
 * A linear layer: x [..., in], weight [out, in] as checkpoints store it, bias [out].
 *
 * A Gemm on a two-dimensional view reads the weight where it lies in the file; a Transpose would copy it.
 */
export function linear(x: Value, weight: Value, bias: Value | null = null): Value {
  const rows = reshape(x, [-1, x.size(-1)]);
  return reshape(gemm(rows, weight, bias, { transB: true }), [...x.shape.slice(0, -1), weight.size(0)]);
}
