/** @file Scaled dot-product attention: fused where nobody looks inside, explicit where the maps are wanted. */

import { int } from '../attributes.ts';
import { bytesOf, bytesPerElement, commonType } from '../elementTypes.ts';
import type { Operator, Taking, Value } from '../graph.ts';
import { reduceSum } from './broadcast.ts';
import { add, mul, sub } from './elementwise.ts';
import { matmul, matrixTranspose } from './linear.ts';
import { concat, reshape, slice, transpose } from './movement.ts';
import { softmax } from './normalize.ts';
import { after } from './order.ts';

/** [N, tokens, heads * d] to [N, heads, tokens, d]. */
const splitHeads = (x: Value, heads: number): Value =>
  transpose(reshape(x, [x.size(0), x.size(1), heads, x.size(2) / heads]), [0, 2, 1, 3]);

/** [N, heads, tokens, d] to [N, tokens, heads * d]. */
const mergeHeads = (x: Value): Value =>
  reshape(transpose(x, [0, 2, 1, 3]), [x.size(0), x.size(2), x.size(1) * x.size(3)]);

export const MultiHeadAttention: Operator<
  Taking<[q: Value, k: Value, v: Value], [q: Value, k: Value, v: Value, heads: number], { num_heads: number }>
> = {
  name: 'MultiHeadAttention',
  domain: 'com.microsoft',
  attributes: { num_heads: int },
  build: (q, k, v, heads) => q.graph.emit(MultiHeadAttention, [q, k, v], { num_heads: heads }),
  outputs: ([q, k, v]) => [{ type: commonType(q, k, v), shape: [q.size(0), q.size(1), v.size(2)] }],
  // The operator keeps no map, so the backward pass recomputes it: as fast as writing all maps to memory and keeping
  // them, with a third less memory (Dao et al. 2022, FlashAttention, appendix B.2, whose names these are).
  backward: ({ inputs: [q, k, v], outputs: [o], attributes: { num_heads: heads } }, g) => {
    const split = (x: Value) => splitHeads(x, heads);
    const all = { Q: split(q), O: split(o), dO: split(g), K: split(k), V: split(v) };
    const whole = { ...all, scale: (q.size(2) / heads) ** -0.5 };
    const parts = querySlices(q, k, heads);
    const { dQ, dK, dV } = parts.length === 1 ? gradientsOf(whole) : gradientsInParts(parts, whole);
    return [() => mergeHeads(dQ()), () => mergeHeads(dK()), () => mergeHeads(dV())];
  },
  result: 'its own',
  // Queries, keys and values with their heads apart, and the result.
  scratchBytes: ({ inputs: [q, k, v], outputs: [o] }) => bytesOf(q) + bytesOf(k) + bytesOf(v) + bytesOf(o),
};

/** Attention as one fused operator: lean in memory, without maps. q, k, v: [N, tokens, heads * d]. */
export const fusedAttention = MultiHeadAttention.build;

/** All [N, heads, tokens, d]; Q, O and dO of some queries. */
interface Part {
  readonly Q: Value;
  readonly O: Value;
  readonly dO: Value;
  readonly K: Value;
  readonly V: Value;
  readonly scale: number;
}

/** The gradients that some of the queries contribute, each emitted when it is asked for. */
type Gradients = Readonly<Record<'dQ' | 'dK' | 'dV', () => Value>>;

function gradientsOf({ Q, O, dO, K, V, scale }: Part): Gradients {
  // The map is emitted first: the runtime then computes it last, and it lives only while this layer is differentiated.
  const P = softmax(matmul(mul(Q, scale), matrixTranspose(K)));
  const D = reduceSum(mul(dO, O), [3]);
  const dP = matmul(dO, matrixTranspose(V));
  const dS = mul(P, sub(dP, D));
  return {
    dQ: () => mul(matmul(dS, K), scale),
    dK: () => mul(matmul(matrixTranspose(dS), Q), scale),
    dV: () => matmul(matrixTranspose(P), dO),
  };
}

/** The same for one part of the queries after the other: each part's map is gone before the next one is computed. */
function gradientsInParts(
  parts: readonly (readonly [number, number])[],
  { Q, O, dO, ...rest }: Part,
): Gradients {
  const dQs: Value[] = [];
  let sum: { readonly dK: Value; readonly dV: Value } | null = null;
  for (const [start, end] of parts) {
    const [Qi, Oi, dOi] = [slice(Q, 2, start, end), slice(O, 2, start, end), slice(dO, 2, start, end)];
    const waiting: Value[] = sum === null ? [] : [dQs.at(-1)!, sum.dK, sum.dV];
    const part = gradientsOf({ Q: after(Qi, waiting), O: Oi, dO: after(dOi, waiting), ...rest });
    dQs.push(part.dQ());
    const [dK, dV]: [Value, Value] = [part.dK(), part.dV()];
    sum = sum === null ? { dK, dV } : { dK: add(sum.dK, dK), dV: add(sum.dV, dV) };
  }
  const [dQ, { dK, dV }] = [concat(dQs, 2), sum!];
  return { dQ: () => dQ, dK: () => dK, dV: () => dV };
}

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

/** Attention step by step, a part of the queries at a time where the graph bounds the size of maps. */
export function explicitAttention(q: Value, k: Value, v: Value, heads: number): Value {
  const parts = querySlices(q, k, heads).map(([start, end]) =>
    attend(attentionMap(start === 0 && end === q.size(1) ? q : slice(q, 1, start, end), k, heads), v),
  );
  return parts.length === 1 ? parts[0]! : concat(parts, 1);
}

/** The queries in parts [start, end), each with maps no larger than the graph's economy allows, if it can be. */
function querySlices(q: Value, k: Value, heads: number): [number, number][] {
  const [rows, queries] = [q.size(0), q.size(1)];
  // Softmax is in float32, whatever is before and after it.
  const bytesOfOne = bytesPerElement('float32') * rows * heads * k.size(1);
  const atOnce = Math.min(queries, Math.max(1, Math.floor(q.graph.economy.mapBytes / bytesOfOne)));
  const parts = Math.ceil(queries / atOnce);
  const bound = (part: number) => Math.round((part * queries) / parts);
  return Array.from({ length: parts }, (_, i) => [bound(i), bound(i + 1)]);
}
