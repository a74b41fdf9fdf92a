/**
 * @file The optimisation that StyleDiffusion (paper, section 3.3 and Algorithm 1) and null-text inversion share: for
 * each timestep, learn the context of one branch that makes the guided sampling follow the DDIM trajectory.
 */

import type { LearningDenoiser, NoiseRequest, Variant } from '../networks/denoiser.ts';
import { combine } from '../networks/noiseSchedule.ts';
import { requireFinite } from '../tensor/finite.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type AdamOptions, adamSchedule, freshAdam } from './adam.ts';
import { predictWithMaps } from './attentionTargets.ts';
import { ddimInversion, guide } from './ddimTrajectory.ts';
import { type Iteration, type IterationInputs, innerIteration } from './innerIteration.ts';
import type { InversionRequest, InversionValues, Optimised } from './inversion.ts';
import { inRole, type Learned } from './learnedContext.ts';
import { type MappedContexts, mappedContexts } from './mappedContexts.ts';
import type { FitRecipe } from './recipes.ts';
import { type Losses, report, throwIfCancelled, type Watch } from './watch.ts';

export interface FitRequest
  extends Pick<InversionRequest, 'latent' | 'prompt' | 'resume'>,
    Omit<Learned, 'parameters'> {
  readonly options: Pick<
    InversionValues<'styleDiffusion' | 'nullText'>,
    'steps' | 'innerSteps' | 'earlyStopEpsilon' | 'attentionLoss'
  >;
  readonly recipe: FitRecipe;
  /** Embeddings [1, tokens, D] of the branch that learns and of the other one, which stays. */
  readonly learning: Tensor;
  readonly staying: Tensor;
  /** The weight of the learning branch's noise: e = e_staying + weight (e_learning - e_staying). */
  readonly weight: number;
  /** Parameters [P] to start from. */
  readonly start: Tensor;
}

/** What the guided sampling has to follow. */
interface Trajectory {
  /** z*_0..z*_T */
  readonly latents: readonly Tensor[];
  /** The attention maps of each step of the inversion, cleanest first; none where they do not count. */
  readonly maps: readonly (readonly Tensor[])[];
}

/**
 * Inverts a latent and learns.
 *
 * @param onTimestep is given the state after each timestep, to keep for a resume.
 * @throws {PalimpsestError} CANCELLED, ENGINE_FAILED, or CONFIG_UNSUPPORTED when the image encoder's width is not the
 *   text encoder's.
 */
export async function fitTrajectory(
  model: LearningDenoiser,
  request: FitRequest,
  watch: Watch = {},
  onTimestep: (state: Optimised) => Promise<void> = async () => {},
): Promise<{ latents: readonly Tensor[]; learned: Learned }> {
  const { shape, role, imageTokens, options, recipe, weight, start } = request;
  if (weight === 0) {
    // Whatever the branch is given, its noise does not count: there is nothing to learn.
    const withoutMaps = { ...request, options: { ...options, attentionLoss: false } };
    const { latents } = await targets(model, withoutMaps, watch);
    return { latents, learned: { shape, role, imageTokens, parameters: latents.slice(1).map(() => start) } };
  }
  const contexts = mappedContexts(model, request, request.learning.shape[2]!);
  const trajectory = await targets(model, request, watch);
  const letGo = model.hold([
    ...trajectory.latents,
    ...trajectory.maps.flat(),
    ...Array.from({ length: options.steps }, () => start),
  ]);
  const iteration = innerIteration({
    mapping: shape,
    role: role === 'unconditional' ? 'both' : role,
    attentionLoss: options.attentionLoss,
    adam: recipe.adam,
  });
  try {
    const parameters = await learn(model, request, { trajectory, iteration, contexts }, watch, onTimestep);
    return { latents: trajectory.latents, learned: { shape, role, imageTokens, parameters } };
  } finally {
    await model.release(iteration, request.latent.shape);
    letGo();
  }
}

/** What the optimisation works with. */
interface LearningParts {
  readonly trajectory: Trajectory;
  readonly iteration: Variant<IterationInputs, Iteration>;
  readonly contexts: MappedContexts;
}

/** The parameters of all timesteps, noisiest first. */
async function learn(
  model: LearningDenoiser,
  { options, recipe, imageTokens, learning, staying, weight, start, resume, role }: FitRequest,
  { trajectory: { latents, maps }, iteration, contexts }: LearningParts,
  watch: Watch,
  onTimestep: (state: Optimised) => Promise<void>,
): Promise<Tensor[]> {
  const { steps } = options;
  const timesteps = model.schedule.timesteps(steps);
  const budget = timesteps.map((_, i) => recipe.iterations(i, options.innerSteps));
  const total = budget.reduce((sum, iterations) => sum + iterations, 0);

  const learned = [...(resume?.parameters ?? [])];
  let current = resume?.current ?? latents.at(-1)!;
  let parameters = learned.at(-1) ?? start;

  for (const [i, timestep] of timesteps.entries()) {
    if (i < learned.length) continue;
    const noiseStaying = await model.predictNoise({ latent: current, timestep, keyContext: staying });
    throwIfCancelled(watch);
    const step = model.schedule.towardsPicture(timestep, steps);
    // The maps recorded for the same latent, one timestep noisier: the official code's indexing.
    const targetMaps = maps[Math.min(steps - i, steps - 1)] ?? [];
    const done = budget.slice(0, i).reduce((sum, iterations) => sum + iterations, 0);
    const branch: NoiseRequest = { latent: current, timestep, keyContext: learning };
    // The parameters start where those of the timestep before ended; the optimiser starts afresh.
    parameters = await optimise({
      parameters,
      iterate: (adam) =>
        model.predict(iteration, branch, {
          step: { noiseUncond: noiseStaying, target: latents[steps - 1 - i]!, step, guidance: weight },
          targetMaps,
          imageTokens,
          ...adam,
        }),
      iterations: budget[i]!,
      learningRate: recipe.learningRate(i),
      stopBelow: recipe.stopBelow(i, options.earlyStopEpsilon),
      adam: recipe.adam,
      onIteration: (k, losses) =>
        report(watch, { stage: 'optimise', step: done + k, total, losses }, () => current),
    });
    learned.push(requireFinite(parameters));

    const context = await contexts(parameters, learning);
    const noise = await model.predictNoise({
      valueContext: learning,
      ...branch,
      ...inRole(role, context),
    });
    current = combine(step, current, guide(noiseStaying, noise, weight));
    await onTimestep({ parameters: learned, current });
    throwIfCancelled(watch);
  }
  return learned;
}

/** The DDIM inversion of the source prompt, with its attention maps where they count. */
async function targets(
  model: LearningDenoiser,
  { latent, prompt, options }: FitRequest,
  watch: Watch,
): Promise<Trajectory> {
  const maps: (readonly Tensor[])[] = [];
  const predict = async (current: Tensor, timestep: number) => {
    const request = { latent: current, timestep, keyContext: prompt };
    if (!options.attentionLoss) return model.predictNoise(request);
    const recorded = await predictWithMaps(model, request);
    maps.push(recorded.maps);
    return recorded.noise;
  };
  const latents = await ddimInversion(model, latent, options.steps, predict, watch);
  return { latents, maps };
}

interface Timestep {
  readonly parameters: Tensor;
  /** One iteration; all but the optimiser stays the same within the timestep. */
  readonly iterate: (adam: Pick<IterationInputs, 'state' | 'schedule'>) => Promise<Iteration>;
  readonly iterations: number;
  readonly learningRate: number;
  readonly stopBelow: number;
  readonly adam: AdamOptions;
  readonly onIteration: (k: number, losses: Losses) => void;
}

/** The inner loop: Adam until the loss is small enough or the iterations are used up. */
async function optimise(timestep: Timestep): Promise<Tensor> {
  let state = freshAdam(timestep.parameters);
  for (let k = 1; k <= timestep.iterations; k++) {
    const schedule = adamSchedule(timestep.learningRate, k, timestep.adam);
    const iteration = await timestep.iterate({ state, schedule });
    const { losses } = iteration;
    state = iteration.state;
    timestep.onIteration(k, losses);
    // The loss is that of the parameters before the step; the official code stops after it.
    if (losses.latent + losses.attention < timestep.stopBelow) break;
  }
  return state.parameters;
}
