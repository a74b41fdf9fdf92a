/** @file A picture back from its inversion: how faithful it is. */

import type { InversionOptions } from '@palimpsest/protocol';
import { unfitPicture } from '../imaging/fit.ts';
import type { Picture } from '../imaging/picture.ts';
import { fromTensor } from '../imaging/pixels.ts';
import { ddimSampling } from '../methods/ddim.ts';
import type { StableDiffusion } from '../models/stableDiffusion.ts';
import type { InvertedPicture } from './invertJob.ts';
import { loadLearnedValues } from './learnedValues.ts';

/** The source prompt sampled along an inversion, with the learned values at every step, at the picture's own size. */
export async function reconstruct(
  model: StableDiffusion,
  { inversion, placement }: Pick<InvertedPicture, 'inversion' | 'placement'>,
  prompt: string,
  { steps, guidance }: Pick<InversionOptions, 'steps' | 'guidance'>,
): Promise<Picture> {
  const [conditional, unconditional] = [await model.encodePrompt(prompt), await model.encodePrompt('')];
  const { learned, dispose } = await loadLearnedValues(inversion.learned, conditional);
  const latents = await ddimSampling(model, {
    latent: inversion.latents.at(-1)!,
    conditional,
    unconditional,
    steps,
    guidance,
    ...(learned === null ? {} : { values: (step: number) => learned(step, conditional) }),
  });
  await dispose();
  return unfitPicture(fromTensor(await model.decodeLatent(latents.at(-1)!), { round: true }), placement);
}
