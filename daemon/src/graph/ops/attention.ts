/** @file Scaled dot-product attention: fused where nobody looks inside, explicit where the maps are wanted. */

import { int, type Value } from '../graph.ts';
import { mul } from './elementwise.ts';
import { matmul, matrixTranspose } from './linear.ts';
import { reshape, transpose } from './movement.ts';
import { softmax } from './normalize.ts';

/** [N, tokens, heads * d] to [N, heads, tokens, d]. */
export const splitHeads = (x: Value, heads: number): Value =>
  transpose(reshape(x, [x.size(0), x.size(1), heads, x.size(2) / heads]), [0, 2, 1, 3]);

/** [N, heads, tokens, d] to [N, tokens, heads * d]. */
export const mergeHeads = (x: Value): Value =>
  reshape(transpose(x, [0, 2, 1, 3]), [x.size(0), x.size(2), x.size(1) * x.size(3)]);

/** Attention as one fused operator: lean in memory, no maps, no gradient. q, k, v: [N, tokens, heads * d]. */
export const fusedAttention = (q: Value, k: Value, v: Value, heads: number): Value =>
  q.graph.emit('MultiHeadAttention', [q, k, v], [q.size(0), q.size(1), v.size(2)], { num_heads: int(heads) });

/** The attention map softmax(q k^T / sqrt(d)) (paper, equation 4): [N, heads, queries, keys]. */
export function attentionMap(
  q: Value,
  k: Value,
  heads: number,
  mask: ((scores: Value) => Value) | null = null,
): Value {
  const scale = (q.size(2) / heads) ** -0.5;
  const scores = matmul(mul(splitHeads(q, heads), scale), matrixTranspose(splitHeads(k, heads)));
  return softmax(mask ? mask(scores) : scores);
}

/** The output of attention from its map [N, heads, queries, keys] and values [N, keys, heads * d]. */
export const attend = (map: Value, v: Value): Value => mergeHeads(matmul(map, splitHeads(v, map.size(1))));
