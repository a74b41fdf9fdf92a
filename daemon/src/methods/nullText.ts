/**
 * @file Null-text inversion (Mokady et al. 2023): for each timestep, learn the embedding of the unconditional branch
 * that makes the guided sampling follow the DDIM trajectory of the picture.
 */

import type { LearningDenoiser } from '../networks/denoiser.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { fitTrajectory } from './fitTrajectory.ts';
import type { InversionMethod, InversionRequest, Optimised } from './inversion.ts';
import type { Learned } from './learnedContext.ts';
import { plainPath } from './path.ts';
import { NULL_TEXT_RECIPE } from './recipes.ts';
import type { Watch } from './watch.ts';

export interface NullTextRequest extends Omit<InversionRequest, 'imageTokens' | 'options'> {
  readonly options: Pick<
    InversionRequest<'nullText'>['options'],
    'steps' | 'guidance' | 'innerSteps' | 'earlyStopEpsilon' | 'attentionLoss'
  >;
}

/**
 * Inverts a picture's latent.
 *
 * With the attention loss (paper, figure 15), the maps of the unconditional branch, the only ones that the embedding
 * moves, are drawn to those of the DDIM inversion.
 *
 * @throws {PalimpsestError} CANCELLED, ENGINE_FAILED.
 */
export function nullText(
  model: LearningDenoiser,
  request: NullTextRequest,
  watch: Watch = {},
  onTimestep: (state: Optimised) => Promise<void> = async () => {},
): Promise<{ latents: readonly Tensor[]; learned: Learned }> {
  const { prompt, unconditional, options } = request;
  const [, promptTokens = 0, width = 0] = unconditional.shape;
  return fitTrajectory(
    model,
    {
      ...request,
      shape: { kind: 'embedding', promptTokens, width },
      role: 'unconditional',
      imageTokens: null,
      recipe: NULL_TEXT_RECIPE,
      learning: unconditional,
      staying: prompt,
      // e_u + w (e_c - e_u) = e_c + (1 - w) (e_u - e_c)
      weight: 1 - options.guidance,
      start: tensor([unconditional.data.length], unconditional.data),
    },
    watch,
    onTimestep,
  );
}

export const NULL_TEXT: InversionMethod<'nullText'> = {
  idea: 'Learns the embedding of the unconditional branch for each timestep.',
  storedAs: 'nullText',
  stored: ['steps', 'guidance', 'innerSteps', 'earlyStopEpsilon', 'attentionLoss', 'size'],
  invert: nullText,
  path: async (_, { latents, learned }, { unconditional }) => ({
    ...plainPath(latents, unconditional),
    unconditional: (step) => tensor(unconditional.shape, learned!.parameters[step]!.data),
  }),
};
