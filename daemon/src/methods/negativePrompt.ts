/**
 * @file Negative-prompt inversion (Miyake et al. 2023), which is null-text inversion without the optimisation: the
 * source prompt stands in the unconditional branch.
 */

import { dot, weigh } from '../tensor/arithmetic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { DDIM } from './ddim.ts';
import type { InversionMethod } from './inversion.ts';
import { plainPath } from './path.ts';

export const NEGATIVE_PROMPT: InversionMethod<'negativePrompt'> = {
  ...DDIM,
  idea: "Learns nothing: the source's prompt stands in for the unconditional one, so that guidance leaves the source alone.",
  path: async (_, { latents }, { source, unconditional }, { towardsEmpty }) => ({
    ...plainPath(latents, negativeEmbedding(source, unconditional, towardsEmpty)),
    oneSourceBranch: towardsEmpty === 0,
  }),
};

/** The source's embedding, or on the way from it to the empty prompt's: spherical, over the whole flat embedding. */
export function negativeEmbedding(source: Tensor, empty: Tensor, towardsEmpty: number): Tensor {
  if (towardsEmpty === 0) return source;
  const cosine = dot(source, empty) / Math.sqrt(dot(source, source) * dot(empty, empty));
  // Rounding can lead beyond 1; an empty source lies at no angle at all.
  const angle = Math.acos(Math.min(cosine, 1));
  const weights = [1 - towardsEmpty, towardsEmpty].map((part) =>
    angle === 0 ? part : Math.sin(part * angle) / Math.sin(angle),
  );
  return weigh(weights[0]!, source, weights[1]!, empty);
}
