/** @file ProxNPI (Han et al. 2024): negative-prompt inversion whose edits are sampled under proximal guidance. */

import type { InversionMethod } from './inversion.ts';
import { NEGATIVE_PROMPT } from './negativePrompt.ts';
import { OFFICIAL_PULL } from './proximalGuidance.ts';

export const PROXIMAL: InversionMethod<'proximal'> = {
  ...NEGATIVE_PROMPT,
  idea: 'NPI that takes small differences between the two predictions for errors of the inversion, and removes them.',
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
