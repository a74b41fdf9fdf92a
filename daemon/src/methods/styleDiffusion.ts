/**
 * @file StyleDiffusion inversion (paper, section 3.3 and Algorithm 1): for each timestep, learn the mapping network
 * whose value context makes the guided sampling follow the DDIM trajectory of the picture.
 */

import { combine } from '../models/noiseSchedule.ts';
import type { StableDiffusion } from '../models/stableDiffusion.ts';
import type { LoadedVariant } from '../models/unetNetwork.ts';
import type { Feeds } from '../runtime/session.ts';
import { uniformGenerator } from '../tensor/random.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { type AdamOptions, adamSchedule, freshAdam } from './adam.ts';
import { predictWithMaps } from './attentionTargets.ts';
import { ddimInversion, guide } from './ddim.ts';
import { innerIteration, stepFeeds, targetMapFeeds } from './innerIteration.ts';
import { MappedValues } from './mappedValues.ts';
import { initialParameters, type MappingShape } from './mappingNetwork.ts';
import { RECIPES, type Recipe, type StyleDiffusionOptions } from './recipes.ts';
import { type Losses, report, throwIfCancelled, type Watch } from './watch.ts';

export interface StyleDiffusionRequest {
  /** z_0 [1, C, h, w] */
  readonly latent: Tensor;
  /** E(x) [1, image tokens, D] */
  readonly imageTokens: Tensor;
  /** c [1, tokens, D], of the source prompt. */
  readonly prompt: Tensor;
  /** Embedding of the empty prompt. */
  readonly unconditional: Tensor;
  readonly options: StyleDiffusionOptions;
  /** Parameters to start from instead of random ones. */
  readonly initial?: Tensor;
  /** Where an interrupted inversion had got to. */
  readonly resume?: Optimised;
}

/** The networks learned so far, noisiest timestep first, and the latent that the last of them leads to. */
export interface Optimised {
  /** M_i as flat vectors [P]. */
  readonly parameters: readonly Tensor[];
  readonly current: Tensor;
}

export interface StyleDiffusionResult {
  /** z*_0..z*_T of the DDIM inversion. */
  readonly latents: readonly Tensor[];
  readonly mapping: MappingShape;
  readonly parameters: readonly Tensor[];
}

/**
 * Inverts a picture's latent.
 *
 * @param onTimestep is given the state after each timestep, to keep for a resume.
 * @throws {PalimpsestError} CANCELLED, ENGINE_FAILED, or CONFIG_UNSUPPORTED when the image encoder's width is not the
 *   text encoder's.
 */
export async function styleDiffusion(
  model: StableDiffusion,
  request: StyleDiffusionRequest,
  watch: Watch = {},
  onTimestep: (state: Optimised) => Promise<void> = async () => {},
): Promise<StyleDiffusionResult> {
  const { options, imageTokens, prompt } = request;
  const recipe: Recipe = RECIPES[options.recipe];
  const mapping: MappingShape = {
    kind: recipe.mapping,
    imageTokens: imageTokens.shape[1]!,
    promptTokens: prompt.shape[1]!,
  };
  const values = await MappedValues.load(mapping, imageTokens, prompt);
  try {
    const trajectory = await targets(model, request, watch);
    const variant = innerIteration({ mapping, attentionLoss: options.attentionLoss, adam: recipe.adam });
    const iteration = await model.unet.load(variant, request.latent.shape);
    try {
      const start = randomParameters(mapping, recipe, options.seed);
      const parameters = await learn(
        model,
        request,
        { trajectory, iteration, values, start },
        watch,
        onTimestep,
      );
      return { latents: trajectory.latents, mapping, parameters };
    } finally {
      await model.unet.release(iteration);
    }
  } finally {
    await values.dispose();
  }
}

/** What the optimisation works with. */
interface Learning {
  readonly trajectory: Trajectory;
  readonly iteration: LoadedVariant;
  readonly values: MappedValues;
  /** Random parameters [P], where the request names none to start from. */
  readonly start: Tensor;
}

/** M_i of all timesteps, noisiest first. */
async function learn(
  model: StableDiffusion,
  { options, imageTokens, prompt, unconditional, initial, resume }: StyleDiffusionRequest,
  { trajectory: { latents, maps }, iteration, values, start }: Learning,
  watch: Watch,
  onTimestep: (state: Optimised) => Promise<void>,
): Promise<Tensor[]> {
  const { steps, guidance } = options;
  const recipe: Recipe = RECIPES[options.recipe];
  const timesteps = model.schedule.timesteps(steps);
  const budget = timesteps.map((_, i) => recipe.iterations(i, options.innerSteps));
  const total = budget.reduce((sum, iterations) => sum + iterations, 0);

  const learned = [...(resume?.parameters ?? [])];
  let current = resume?.current ?? latents.at(-1)!;
  let parameters = learned.at(-1) ?? initial ?? start;

  for (const [i, timestep] of timesteps.entries()) {
    if (i < learned.length) continue;
    const noiseUncond = await model.unet.predictNoise({
      latent: current,
      timestep,
      keyContext: unconditional,
    });
    throwIfCancelled(watch);
    const step = model.schedule.towardsPicture(timestep, steps);
    // The maps recorded for the same latent, one timestep noisier: the official code's indexing.
    const targetMaps = maps[Math.min(steps - i, steps - 1)] ?? [];
    const done = budget.slice(0, i).reduce((sum, iterations) => sum + iterations, 0);
    // M_i starts where M_{i-1} ended; the optimiser starts afresh.
    parameters = await optimise(iteration, {
      parameters,
      feeds: {
        ...model.unet.feeds({ latent: current, timestep, keyContext: prompt }),
        ...stepFeeds({ noiseUncond, target: latents[steps - 1 - i]!, step, guidance }),
        ...targetMapFeeds(targetMaps),
        imageTokens,
      },
      iterations: budget[i]!,
      learningRate: recipe.learningRate(i),
      stopBelow: recipe.stopBelow(i, options.earlyStopEpsilon),
      adam: recipe.adam,
      onIteration: (k, losses) =>
        report(watch, { stage: 'optimise', step: done + k, total, losses }, () => current),
    });
    learned.push(parameters);

    const valueContext = await values.of(parameters, prompt);
    const noiseCond = await model.unet.predictNoise({
      latent: current,
      timestep,
      keyContext: prompt,
      valueContext,
    });
    current = combine(step, current, guide(noiseUncond, noiseCond, guidance));
    await onTimestep({ parameters: learned, current });
    throwIfCancelled(watch);
  }
  return learned;
}

function randomParameters(mapping: MappingShape, { initialization }: Recipe, seed: number): Tensor {
  const parameters = initialParameters(mapping, initialization, uniformGenerator(seed));
  return tensor([parameters.length], parameters);
}

interface Trajectory {
  /** z*_0..z*_T */
  readonly latents: readonly Tensor[];
  /** The attention maps of each step. */
  readonly maps: readonly (readonly Tensor[])[];
}

/** What the guided sampling has to follow. */
async function targets(
  model: StableDiffusion,
  { latent, prompt, options }: StyleDiffusionRequest,
  watch: Watch,
): Promise<Trajectory> {
  const maps: Tensor[][] = [];
  const predict = async (current: Tensor, timestep: number) => {
    const request = { latent: current, timestep, keyContext: prompt };
    if (!options.attentionLoss) return model.unet.predictNoise(request);
    const recorded = await predictWithMaps(model.unet, request);
    maps.push(recorded.maps);
    return recorded.noise;
  };
  const latents = await ddimInversion(model, latent, options.steps, predict, watch);
  return { latents, maps };
}

interface Timestep {
  readonly parameters: Tensor;
  /** What stays the same for all iterations of the timestep. */
  readonly feeds: Feeds;
  readonly iterations: number;
  readonly learningRate: number;
  readonly stopBelow: number;
  readonly adam: AdamOptions;
  readonly onIteration: (k: number, losses: Losses) => void;
}

/** The inner loop: Adam on M_i until the loss is small enough or the iterations are used up. */
async function optimise(iteration: LoadedVariant, timestep: Timestep): Promise<Tensor> {
  let state = freshAdam(timestep.parameters);
  for (let k = 1; k <= timestep.iterations; k++) {
    const schedule = adamSchedule(timestep.learningRate, k, timestep.adam);
    const result = await iteration.session.run({ ...timestep.feeds, ...state, ...schedule });
    state = {
      parameters: result.parametersNext!,
      firstMoment: result.firstMomentNext!,
      secondMoment: result.secondMomentNext!,
    };
    const losses = { latent: result.latentLoss!.data[0]!, attention: result.attentionLoss?.data[0] ?? 0 };
    timestep.onIteration(k, losses);
    // The loss is that of the parameters before the step; the official code stops after it.
    if (losses.latent + losses.attention < timestep.stopBelow) break;
  }
  return state.parameters;
}
