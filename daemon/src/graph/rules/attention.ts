/**
 * @file Backward rule of fused attention.
 *
 * The operator keeps no map, so the backward pass computes it once more: as fast as to write all maps to memory and
 * keep them, with a third less memory (Dao et al. 2022, FlashAttention, appendix B.2, whose names these are).
 */

import type { Value } from '../graph.ts';
import { mergeHeads, querySlices, splitHeads } from '../ops/attention.ts';
import { add, mul, sub } from '../ops/elementwise.ts';
import { matmul, matrixTranspose } from '../ops/linear.ts';
import { concat, slice } from '../ops/movement.ts';
import { softmax } from '../ops/normalize.ts';
import { after } from '../ops/order.ts';
import { reduceSum } from '../ops/reduction.ts';
import type { RulesFor } from './rule.ts';

export const attentionRules: RulesFor<'MultiHeadAttention'> = {
  MultiHeadAttention: ({ inputs: [q, k, v], outputs: [o], attributes: { num_heads } }, g) => {
    const heads = num_heads!.value as number;
    const scale = (q!.size(2) / heads) ** -0.5;
    const [Q, O, dO, K, V] = [q!, o!, g, k!, v!].map((x) => splitHeads(x, heads)) as Split;
    const parts = querySlices(q!, k!, heads);
    if (parts.length === 1) {
      const part = partly({ Q, O, dO, K, V, scale });
      return [part.dQ, part.dK, part.dV].map((emit) => () => mergeHeads(emit()));
    }
    const whole = inParts(parts, { Q, O, dO, K, V, scale });
    return [whole.dQ, whole.dK, whole.dV].map((gradient) => () => mergeHeads(gradient));
  },
};

type Split = [Value, Value, Value, Value, Value];

/** All [N, heads, tokens, d]; Q, O and dO of some queries. */
interface Part {
  readonly Q: Value;
  readonly O: Value;
  readonly dO: Value;
  readonly K: Value;
  readonly V: Value;
  readonly scale: number;
}

/** The gradients that some queries bring. */
function partly({ Q, O, dO, K, V, scale }: Part) {
  // The runtime computes last what is emitted first: the map, so that it lives in this layer's turn only.
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

/** The same, one part of the queries after the other: a part's map is gone before the next one's is computed. */
function inParts(parts: readonly (readonly [number, number])[], { Q, O, dO, ...rest }: Part) {
  const dQs: Value[] = [];
  let sum: { readonly dK: Value; readonly dV: Value } | null = null;
  for (const [start, end] of parts) {
    const [Qi, Oi, dOi] = [Q, O, dO].map((x) => slice(x, 2, start, end)) as [Value, Value, Value];
    const waiting = sum === null ? [] : [dQs.at(-1)!, sum.dK, sum.dV];
    const part = partly({ Q: after(Qi, waiting), O: Oi, dO: after(dOi, waiting), ...rest });
    dQs.push(part.dQ());
    const [dK, dV] = [part.dK(), part.dV()];
    sum = sum === null ? { dK, dV } : { dK: add(sum.dK, dK), dV: add(sum.dV, dV) };
  }
  return { dQ: concat(dQs, 2), ...sum! };
}
