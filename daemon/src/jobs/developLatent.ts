/** @file From the last latent of a job to the picture that its user gets. */

import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { type Placement, unfitPicture } from '../imaging/fit.ts';
import { inOwnColours } from '../imaging/ownColours.ts';
import type { Picture } from '../imaging/picture.ts';
import { fromTensor } from '../imaging/pixels.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * A latent [1, C, h, w] as a picture: what lies on the canvas where the original was placed, at the original's size, with
 * its alpha and in its colour space.
 */
export async function developLatent(
  model: StableDiffusion,
  latent: Tensor,
  placement: Placement,
  original: Pick<Picture, 'alpha' | 'own'>,
): Promise<Picture> {
  const canvas = fromTensor(await model.decodeLatent(latent), { round: true });
  return inOwnColours(unfitPicture(canvas, placement, original.alpha), original);
}
