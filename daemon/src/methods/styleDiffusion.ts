/**
 * @file StyleDiffusion inversion (paper, section 3.3 and Algorithm 1): for each timestep, learn the mapping network M_t
 * whose value context makes the guided sampling follow the DDIM trajectory of the picture.
 *
 * Its variants learn the input of the keys, or of both (figure 14), or the value embedding itself (figure 16).
 */

import type { LearningDenoiser } from '../networks/denoiser.ts';
import { initialParameters } from '../networks/mappingNetwork.ts';
import { uniformGenerator } from '../tensor/random.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { fitTrajectory } from './fitTrajectory.ts';
import type { InversionMethod, InversionRequest, Optimised } from './inversion.ts';
import { type ContextShape, inRole, type Learned } from './learnedContext.ts';
import { mappedContexts } from './mappedContexts.ts';
import { plainPath } from './path.ts';
import { RECIPES, type Recipe } from './recipes.ts';
import type { Watch } from './watch.ts';

export interface StyleDiffusionRequest extends Omit<InversionRequest, 'imageTokens' | 'options'> {
  /** E(x) [1, image tokens, D]; null where the value embedding is learned, which looks at no picture. */
  readonly imageTokens: Tensor | null;
  readonly options: Pick<
    InversionRequest<'styleDiffusion'>['options'],
    'recipe' | 'learn' | 'steps' | 'guidance' | 'innerSteps' | 'earlyStopEpsilon' | 'attentionLoss' | 'seed'
  >;
  /** Parameters to start from instead of random ones. */
  readonly initial?: Tensor;
}

/**
 * Inverts a picture's latent.
 *
 * @param onTimestep is given the state after each timestep, to keep for a resume.
 * @throws {PalimpsestError} as `fitTrajectory`.
 */
export function styleDiffusion(
  model: LearningDenoiser,
  request: StyleDiffusionRequest,
  watch: Watch = {},
  onTimestep: (state: Optimised) => Promise<void> = async () => {},
): Promise<{ latents: readonly Tensor[]; learned: Learned }> {
  const { options, imageTokens, prompt, unconditional, initial } = request;
  const recipe: Recipe = RECIPES[options.recipe];
  const [, promptTokens = 0, width = 0] = prompt.shape;
  const shape: ContextShape =
    imageTokens === null
      ? { kind: 'embedding', promptTokens, width }
      : { kind: recipe.mapping, imageTokens: imageTokens.shape[1]!, promptTokens };
  return fitTrajectory(
    model,
    {
      ...request,
      shape,
      role: options.learn === 'valueEmbedding' ? 'values' : options.learn,
      recipe,
      learning: prompt,
      staying: unconditional,
      weight: options.guidance,
      start: initial ?? firstParameters(shape, recipe, options.seed, prompt),
    },
    watch,
    onTimestep,
  );
}

/** A random network; or, for a learned embedding, the prompt's own. */
function firstParameters(
  shape: ContextShape,
  { initialization }: Recipe,
  seed: number,
  prompt: Tensor,
): Tensor {
  const parameters =
    shape.kind === 'embedding'
      ? prompt.data
      : initialParameters(shape, initialization, uniformGenerator(seed));
  return tensor([parameters.length], parameters);
}

export const STYLE_DIFFUSION: InversionMethod<'styleDiffusion'> = {
  idea: 'Learns a network for each timestep that turns the picture into the values of cross-attention; keys stay the words.',
  storedAs: 'styleDiffusion',
  stored: [
    'recipe',
    'learn',
    'steps',
    'guidance',
    'innerSteps',
    'earlyStopEpsilon',
    'attentionLoss',
    'seed',
    'size',
  ],
  invert: async (model, request, watch, onTimestep) => {
    const imageTokens = request.options.learn === 'valueEmbedding' ? null : await request.imageTokens();
    return styleDiffusion(model, { ...request, imageTokens }, watch, onTimestep);
  },
  path: async (model, { latents, learned }, { source, unconditional }) => {
    const { parameters, role } = learned!;
    const contexts = mappedContexts(model, learned!, source.shape[2]!);
    return {
      ...plainPath(latents, unconditional),
      conditional: async (step, prompt) => ({
        keyContext: prompt,
        valueContext: prompt,
        ...inRole(role, await contexts(parameters[step]!, prompt)),
      }),
    };
  },
};
