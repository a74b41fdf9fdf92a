/**
 * @file The inversion of pix2pix-zero (Parmar et al. 2023, section 3.1): DDIM inversion whose predicted noise is pulled,
 * at each step, towards noise that is uncorrelated and of unit variance.
 */

import type { Denoiser } from '../networks/denoiser.ts';
import { combine } from '../networks/noiseSchedule.ts';
import { uniformGenerator } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { DDIM } from './ddim.ts';
import type { InversionMethod } from './inversion.ts';
import { type Regularization, type Rolls, regularize } from './noiseRegularization.ts';
import { report, type Watch } from './watch.ts';

/**
 * z_0, and the latent after each timestep but the first and the last, which the official code leaves out.
 *
 * @param rolls random shifts of the auto-correlation.
 */
export async function regularizedInversion(
  model: Denoiser,
  latent: Tensor,
  prompt: Tensor,
  steps: number,
  rolls: Rolls,
  watch: Watch = {},
  regularization?: Regularization,
): Promise<Tensor[]> {
  const latents = [latent];
  const timesteps = model.schedule.timesteps(steps).reverse().slice(1, -1);
  for (const [k, timestep] of timesteps.entries()) {
    const current = latents.at(-1)!;
    const noise = await model.predictNoise({ latent: current, timestep, keyContext: prompt });
    const regular = regularize(noise, rolls, regularization);
    latents.push(combine(model.schedule.beyond(timestep, steps), current, regular));
    report(watch, { stage: 'invert', step: k + 1, total: timesteps.length }, () => latents.at(-1)!);
  }
  return latents;
}

export const REGULARIZED: InversionMethod<'regularized'> = {
  ...DDIM,
  idea: 'DDIM inversion whose noise is kept uncorrelated and of unit variance; learns nothing.',
  storedAs: 'regularized',
  stored: ['steps', 'seed', 'size'],
  invert: async (model, { latent, prompt, options }, watch) => {
    const uniform = uniformGenerator(options.seed);
    const rolls: Rolls = (limit) => Math.floor(uniform() * limit);
    const latents = await regularizedInversion(model, latent, prompt, options.steps, rolls, watch);
    return { latents, learned: null };
  },
};
