/** @file DDIM inversion as a method: a trajectory and nothing else (Song et al. 2021). */

import { ddimInversion } from './ddim.ts';
import type { InversionMethod } from './inversion.ts';
import { plainPath } from './path.ts';

export const DDIM: InversionMethod<'ddim'> = {
  idea: 'Walks from the picture to noise with its prompt, and learns nothing.',
  // The walk takes no guidance.
  stored: ['steps', 'size'],
  // The name that it was first kept by.
  storedAs: 'direct',
  invert: async (model, { latent, prompt, options }, watch) => {
    const predict = (current: typeof latent, timestep: number) =>
      model.unet.predictNoise({ latent: current, timestep, keyContext: prompt });
    return { latents: await ddimInversion(model, latent, options.steps, predict, watch), learned: null };
  },
  path: async ({ latents }, { unconditional }) => plainPath(latents, unconditional),
};
