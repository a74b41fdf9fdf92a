/** @file A picture back from its inversion: how faithful it is. */

import type { InversionOptions } from '@palimpsest/protocol';
import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { unfitPicture } from '../../../daemon/src/imaging/fit.ts';
import type { Picture } from '../../../daemon/src/imaging/picture.ts';
import { fromTensor } from '../../../daemon/src/imaging/pixels.ts';
import type { InvertedPicture } from '../../../daemon/src/jobs/invertJob.ts';
import { ddimSampling } from '../../../daemon/src/methods/ddimTrajectory.ts';
import { INVERSIONS, resolveInversion } from '../../../daemon/src/methods/inversions.ts';

/** The source prompt sampled along an inversion, with all that it learned, at the picture's own size. */
export async function reconstruct(
  model: StableDiffusion,
  { inversion, placement }: Pick<InvertedPicture, 'inversion' | 'placement'>,
  prompt: string,
  options: InversionOptions,
): Promise<Picture> {
  const resolved = resolveInversion(options);
  const [source, unconditional] = [await model.encodePrompt(prompt), await model.encodePrompt('')];
  const path = await INVERSIONS[resolved.method].path(model, inversion, { source, unconditional }, resolved);
  const { steps, guidance } = resolved;
  const latents = path.correctsSource
    ? path.latents.slice(0, 1)
    : await ddimSampling(model, {
        latent: path.latents.at(-1)!,
        contexts: async (step) => ({
          conditional: await path.conditional(step, source),
          unconditional: path.unconditional(step),
        }),
        steps,
        guidance,
      });
  return unfitPicture(fromTensor(await model.decodeLatent(latents.at(-1)!), { round: true }), placement);
}
