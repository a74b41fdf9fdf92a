/** @file Scaled dot-product attention: fused where nobody looks inside, explicit where the maps are wanted. */

import { bytesPerElement, int, type Value } from '../graph.ts';
import { mul } from './elementwise.ts';
import { matmul, matrixTranspose } from './linear.ts';
import { concat, reshape, slice, transpose } from './movement.ts';
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

/** Attention in single steps, a part of the queries at a time where the graph bounds the size of maps. */
export function explicitAttention(q: Value, k: Value, v: Value, heads: number): Value {
  const parts = querySlices(q, k, heads).map(([start, end]) =>
    attend(attentionMap(start === 0 && end === q.size(1) ? q : slice(q, 1, start, end), k, heads), v),
  );
  return parts.length === 1 ? parts[0]! : concat(parts, 1);
}

/** The queries in parts [start, end), each with maps no larger than the graph's economy allows, if it can be. */
export function querySlices(q: Value, k: Value, heads: number): [number, number][] {
  const [rows, queries] = [q.size(0), q.size(1)];
  // Softmax is in float32, whatever is before and after it.
  const bytesOfOne = bytesPerElement('float32') * rows * heads * k.size(1);
  const atOnce = Math.min(queries, Math.max(1, Math.floor(q.graph.economy.mapBytes / bytesOfOne)));
  const parts = Math.ceil(queries / atOnce);
  const bound = (part: number) => Math.round((part * queries) / parts);
  return Array.from({ length: parts }, (_, i) => [bound(i), bound(i + 1)]);
}
