/** @file DDIM inversion and sampling with classifier-free guidance (paper, section 3.2). */

import type { Denoiser } from '../networks/denoiser.ts';
import { combine } from '../networks/noiseSchedule.ts';
import { lerp } from '../tensor/arithmetic.ts';
import { row, stack, type Tensor } from '../tensor/tensor.ts';
import { plainContexts, type RowContexts } from './path.ts';
import { type Progress, report, type Watch } from './watch.ts';

/**
 * DDIM inversion (equation 3) with the conditional prediction alone (w = 1).
 *
 * @param latent z_0 [1, C, h, w].
 * @param predict the noise at a latent and timestep; the caller may record attention on the way.
 * @returns z_0..z_T.
 */
export async function ddimInversion(
  { schedule }: Pick<Denoiser, 'schedule'>,
  latent: Tensor,
  steps: number,
  predict: (latent: Tensor, timestep: number) => Promise<Tensor>,
  watch: Watch = {},
): Promise<Tensor[]> {
  const latents = [latent];
  let current = latent;
  for (const [k, timestep] of schedule.timesteps(steps).reverse().entries()) {
    const noise = await predict(current, timestep);
    current = combine(schedule.towardsNoise(timestep, steps), current, noise);
    latents.push(current);
    report(watch, { stage: 'invert', step: k + 1, total: steps }, () => latents.at(-1)!);
  }
  return latents;
}

/** What the two branches are given. */
export interface BranchContexts {
  readonly conditional: RowContexts;
  /** [1, tokens, D] */
  readonly unconditional: Tensor;
}

/** What sampling starts from and is guided by. */
export interface SamplingRequest {
  /** [1, C, h, w] */
  readonly latent: Tensor;
  /** At each step, counted from the noisiest. */
  readonly contexts: (step: number) => Promise<BranchContexts>;
  readonly steps: number;
  readonly guidance: number;
  /** How many of the steps to take, the last ones: all of them unless the latent is already partly denoised. */
  readonly lastSteps?: number;
  /** Changes the latent after each step, whose noise is then that of `timestep`; 0 after the last one. */
  readonly kept?: (latent: Tensor, timestep: number) => Tensor;
}

/** The same embeddings [1, tokens, D] at each step, of the prompt and of the empty (or negative) one. */
export const promptContexts =
  (conditional: Tensor, unconditional: Tensor): SamplingRequest['contexts'] =>
  async () => ({ conditional: plainContexts(conditional), unconditional });

/** DDIM sampling (equation 2): the latents after each step, the last of them the picture's. */
export async function ddimSampling(
  model: Denoiser,
  request: SamplingRequest,
  watch: Watch = {},
  stage: Progress['stage'] = 'generate',
): Promise<Tensor[]> {
  const { steps, guidance, lastSteps = steps } = request;
  const latents: Tensor[] = [];
  let current = request.latent;
  const first = steps - lastSteps;
  const timesteps = model.schedule.timesteps(steps).slice(first);
  for (const [i, timestep] of timesteps.entries()) {
    const noise = await guidedPrediction(
      model,
      current,
      timestep,
      await request.contexts(first + i),
      guidance,
    );
    current = combine(model.schedule.towardsPicture(timestep, steps), current, noise);
    if (request.kept !== undefined) current = request.kept(current, timesteps[i + 1] ?? 0);
    latents.push(current);
    report(watch, { stage, step: i + 1, total: timesteps.length }, () =>
      model.schedule.withoutNoise(timestep, steps, latents.at(-1)!, noise),
    );
  }
  return latents;
}

async function guidedPrediction(
  model: Denoiser,
  latent: Tensor,
  timestep: number,
  { conditional, unconditional }: BranchContexts,
  guidance: number,
): Promise<Tensor> {
  // At w = 1 the unconditional prediction cancels out.
  if (guidance === 1) return model.predictNoise({ latent, timestep, ...conditional });
  const noise = await model.predictNoise({
    latent: stack([latent, latent]),
    timestep,
    keyContext: stack([unconditional, conditional.keyContext]),
    valueContext: stack([unconditional, conditional.valueContext]),
  });
  return guide(row(noise, 0), row(noise, 1), guidance);
}

/** Classifier-free guidance: e = e_u + w (e_c - e_u). */
export const guide: (unconditional: Tensor, conditional: Tensor, guidance: number) => Tensor = lerp;
