/** @file SDEdit (Meng et al. 2022): noise a picture partly, then denoise it with another prompt. */

import type { StableDiffusion } from '../models/stableDiffusion.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ddimSampling, type SamplingRequest } from './ddim.ts';
import type { Watch } from './watch.ts';

export interface SdeditRequest extends Omit<SamplingRequest, 'lastSteps'> {
  /** Standard normal, of the latent's shape. */
  readonly noise: Tensor;
  /** s in 0..1: the share of the steps that is taken; 0 leaves the picture as it is. */
  readonly strength: number;
}

/** The noised latent, and the latents after each of the k = floor(T s) steps. */
export async function sdedit(
  model: StableDiffusion,
  { noise, strength, ...request }: SdeditRequest,
  watch: Watch = {},
): Promise<{ noised: Tensor; latents: Tensor[] }> {
  const lastSteps = Math.floor(request.steps * strength);
  if (lastSteps === 0) return { noised: request.latent, latents: [request.latent] };
  const [first] = model.schedule.timesteps(request.steps).slice(-lastSteps);
  const noised = model.schedule.addNoise(request.latent, noise, first!);
  return {
    noised,
    latents: await ddimSampling(model, { ...request, latent: noised, lastSteps }, watch, 'edit'),
  };
}
