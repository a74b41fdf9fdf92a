/**
 * @file Backward rule of fused attention.
 *
 * The operator keeps no map, so the backward pass computes it once more: as fast as to write all maps to memory and
 * keep them, with a third less memory (Dao et al. 2022, FlashAttention, appendix B.2, whose names these are).
 */

import { attentionMap, mergeHeads, splitHeads } from '../ops/attention.ts';
import { mul, sub } from '../ops/elementwise.ts';
import { matmul, matrixTranspose } from '../ops/linear.ts';
import { reduceSum } from '../ops/reduction.ts';
import type { RulesFor } from './rule.ts';

export const attentionRules: RulesFor<'MultiHeadAttention'> = {
  MultiHeadAttention: ({ inputs: [q, k, v], outputs: [o], attributes: { num_heads } }, g) => {
    const heads = num_heads!.value as number;
    const scale = (q!.size(2) / heads) ** -0.5;
    // The runtime computes last what is emitted first: the map, so that it lives in this layer's turn only.
    const P = attentionMap(q!, k!, heads);
    const dO = splitHeads(g, heads);
    const D = reduceSum(mul(dO, splitHeads(o!, heads)), [3]);
    const dP = matmul(dO, matrixTranspose(splitHeads(v!, heads)));
    const dS = mul(P, sub(dP, D));
    return [
      () => mergeHeads(mul(matmul(dS, splitHeads(k!, heads)), scale)),
      () => mergeHeads(mul(matmul(matrixTranspose(dS), splitHeads(q!, heads)), scale)),
      () => mergeHeads(matmul(matrixTranspose(P), dO)),
    ];
  },
};
