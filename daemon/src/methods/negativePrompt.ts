/**
 * @file Negative-prompt inversion (Miyake et al. 2023), which is null-text inversion without the optimisation: the
 * source prompt stands in the unconditional branch. With proximal guidance it is ProxNPI (Han et al. 2024).
 */

import { dot, weigh } from '../tensor/arithmetic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { DDIM } from './ddimMethod.ts';
import type { InversionMethod } from './inversion.ts';
import { plainPath } from './path.ts';
import { OFFICIAL_PULL } from './proximalGuidance.ts';

export const NEGATIVE_PROMPT: InversionMethod = {
  ...DDIM,
  title: 'Negative-prompt inversion (NPI)',
  citation:
    'Miyake, Iohara, Saito, Tanaka: Negative-prompt Inversion: Fast Image Inversion for Editing with Text-guided Diffusion Models, 2023, arXiv 2305.16807',
  idea: "Learns nothing: the source's prompt stands in for the unconditional one, so that guidance leaves the source alone.",
  sampled: ['guidance', 'towardsEmpty'],
  path: async (_, { latents }, { source, unconditional }, { towardsEmpty }) => ({
    ...plainPath(latents, negativeEmbedding(source, unconditional, towardsEmpty)),
    oneSourceBranch: towardsEmpty === 0,
  }),
};

export const PROXIMAL: InversionMethod = {
  ...NEGATIVE_PROMPT,
  title: 'Proximal negative-prompt inversion (ProxNPI)',
  citation:
    'Han, Wen, Chen, Zhu, Song, Ren, Gao, Stathopoulos, He, Chen, Liu, Metaxas: ProxEdit: Improving Tuning-Free Real Image Editing with Proximal Guidance, WACV 2024, arXiv 2306.05414',
  idea: "NPI, where small differences between the two predictions are taken for the inversion's noise, and away.",
  sampled: ['guidance', 'towardsEmpty', 'proximalNorm', 'proximalQuantile', 'proximalPull'],
  path: async (model, inversion, embeddings, options) => ({
    ...(await NEGATIVE_PROMPT.path(model, inversion, embeddings, options)),
    proximal: {
      norm: options.proximalNorm,
      quantile: options.proximalQuantile,
      pull: options.proximalPull,
      ...OFFICIAL_PULL,
    },
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
