/** @file Pictures: `image_pm1`, the set's in -1..1, which several files hold; and decoded ones. */

import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { fromTensor } from '../../../daemon/src/imaging/pixels.ts';
import { row, type Tensor, tensor } from '../../../daemon/src/tensor/tensor.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';

/** Compares it with image.png; a set without that file has it as an input only. */
export async function checkPicture(section: Section, subject: Subject): Promise<void> {
  if (!section.has('image_pm1')) return;
  if (subject.golden.has('image.png')) {
    section.compare('image_pm1', await subject.picture(), TOLERANCES.arithmetic);
  } else {
    section.input('image_pm1');
  }
}

/** Decoded latents [N, C, h, w] beside stored pictures [N, H, W, 3]. */
export async function comparePictures(
  section: Section,
  model: StableDiffusion,
  name: string,
  latents: Tensor,
): Promise<void> {
  const pictures: number[] = [];
  for (let p = 0; p < latents.shape[0]!; p++) {
    pictures.push(...fromTensor(await model.decodeLatent(row(latents, p))).rgb);
  }
  section.compare(name, tensor(section.read(name).shape, pictures), TOLERANCES.bytes);
}
