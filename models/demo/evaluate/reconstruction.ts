/** @file Measure: how well a picture comes back from the VAE alone, from DDIM and from StyleDiffusion. */

import type { InversionOptions } from '@palimpsest/protocol';
import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { psnr, ssim } from '../../../daemon/src/imaging/metrics.ts';
import type { Picture } from '../../../daemon/src/imaging/picture.ts';
import { fromTensor, toTensor } from '../../../daemon/src/imaging/pixels.ts';
import { invertPicture } from '../../../daemon/src/jobs/invertJob.ts';
import type { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { fullCaption } from '../world/captions.ts';
import { reconstruct } from './reconstruct.ts';
import { heldOutScenes, pictureOf } from './scenes.ts';

export interface Likeness {
  /** dB, mean over the pictures. */
  readonly psnr: number;
  readonly ssim: number;
}

/** The VAE's own bound: encode and decode. */
export async function measureAutoencoder(model: StableDiffusion, count: number): Promise<Likeness> {
  return average(count, async (picture) => {
    const latent = await model.encodePicture(toTensor(picture));
    return fromTensor(await model.decodeLatent(latent), { round: true });
  });
}

/** Inversion, then guided sampling of the source prompt along it. */
export async function measureInversion(
  model: StableDiffusion,
  store: InversionStore,
  options: InversionOptions,
  count: number,
): Promise<Likeness> {
  return average(count, async (picture, prompt) => {
    const inverted = await invertPicture(model, store, { picture, prompt, options });
    return reconstruct(model, inverted, prompt, options);
  });
}

async function average(
  count: number,
  rebuild: (picture: Picture, caption: string) => Promise<Picture>,
): Promise<Likeness> {
  const sum = { psnr: 0, ssim: 0 };
  let done = 0;
  for (const scene of heldOutScenes()) {
    if (done++ === count) break;
    const picture = await pictureOf(scene);
    const rebuilt = await rebuild(picture, fullCaption(scene));
    sum.psnr += psnr(picture, rebuilt) / count;
    sum.ssim += ssim(picture, rebuilt) / count;
  }
  return sum;
}
