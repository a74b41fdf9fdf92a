/**
 * @file SDEdit (Meng et al. 2022): noise a picture partly, then denoise it with other words; after StyleDiffusion
 * inversion, with the contexts that it learned (paper, section 5.2.5).
 */

import { blendLatents } from '../attention/localBlend.ts';
import type { Denoiser } from '../networks/denoiser.ts';
import { normalTensor, uniformGenerator } from '../tensor/random.ts';
import { row, stack, type Tensor } from '../tensor/tensor.ts';
import { ddimSampling, type SamplingRequest } from './ddimTrajectory.ts';
import type { Editor } from './editor.ts';
import { plainContexts, takesLearned } from './path.ts';
import type { Watch } from './watch.ts';

export interface SdeditRequest extends Omit<SamplingRequest, 'lastSteps'> {
  /** Standard normal, of the latent's shape. */
  readonly noise: Tensor;
  /** s in 0..1: the share of the steps that is taken; 0 leaves the picture as it is. */
  readonly strength: number;
}

/** The noised latent, and the latents after each of the k = floor(T s) steps. */
export async function sdedit(
  model: Denoiser,
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

export const SDEDIT: Editor<'sdedit'> = {
  idea: 'Noises the picture partly and denoises it with the new words, and with what the inversion learned.',
  branches: ['uncondTarget', 'condTarget'],
  injections: ['learned contexts'],
  edit: async function* (model, { path, target, steps, guidance, options, seed, mask }, watch) {
    const latent = path.latents[0]!;
    const noise = normalTensor(latent.shape, uniformGenerator(seed));
    const contexts = async (step: number) => ({
      conditional: takesLearned(step, steps, options.tauV)
        ? await path.conditional(step, target)
        : plainContexts(target),
      unconditional: path.unconditional(step),
    });
    // The source at each step is the picture with as much noise as the target has left.
    const outside = (mask: Tensor) => (current: Tensor, timestep: number) =>
      row(blendLatents(stack([sourceAt(timestep), current]), mask), 1);
    const sourceAt = (timestep: number) =>
      timestep === 0 ? latent : model.schedule.addNoise(latent, noise, timestep);
    const { latents } = await sdedit(
      model,
      {
        ...{ latent, noise, strength: options.strength, steps, guidance, contexts },
        ...(mask ? { kept: outside(mask) } : {}),
      },
      watch,
    );
    yield { latents: stack([latent, latents.at(-1)!]), maps: new Map() };
  },
};
