/** @file DDIM inversion as a method: a trajectory and nothing else (Song et al. 2021). */

import { ddimInversion } from './ddimTrajectory.ts';
import type { InversionMethod } from './inversion.ts';
import { plainPath } from './path.ts';

export const DDIM: InversionMethod<'ddim'> = {
  idea: 'Walks from the picture to noise with its prompt, and learns nothing.',
  // Direct inversion, which takes the same walk, was the first to be stored.
  storedAs: 'direct',
  // The walk takes no guidance.
  stored: ['steps', 'size'],
  invert: async (model, { latent, prompt, options }, watch) => {
    const predict = (current: typeof latent, timestep: number) =>
      model.predictNoise({ latent: current, timestep, keyContext: prompt });
    return { latents: await ddimInversion(model, latent, options.steps, predict, watch), learned: null };
  },
  path: async (_, { latents }, { unconditional }) => plainPath(latents, unconditional),
};
