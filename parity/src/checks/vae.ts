/** @file vae: moments and latent of the picture, and pictures of latents. */

import { fromTensor } from '../../../daemon/src/imaging/pixels.ts';
import { tensor } from '../../../daemon/src/tensor/tensor.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';
import { checkPicture } from './picture.ts';

export async function checkVae(section: Section, subject: Subject): Promise<void> {
  const { model } = subject;
  await checkPicture(section, subject);
  const picture = section.has('image_pm1') ? section.read('image_pm1') : await subject.picture();
  if (section.has('moments'))
    section.compare('moments', await model.encodeMoments(picture), TOLERANCES.networkCall);
  if (section.has('latent'))
    section.compare('latent', await model.encodePicture(picture), TOLERANCES.networkCall);

  for (const [latent, suffix = ''] of section.matching(/^latent(_.+)?$/)) {
    await section.attempt(`decoded${suffix}`, async () => {
      const decoded = await model.decodeLatent(section.input(latent));
      if (section.has(`decoded${suffix}`))
        section.compare(`decoded${suffix}`, decoded, TOLERANCES.networkCall);
      const bytes = `decoded${suffix}_u8`;
      if (!section.has(bytes)) return;
      const { width, height, rgb } = fromTensor(decoded);
      section.compare(bytes, tensor([1, height, width, 3], Float32Array.from(rgb)), TOLERANCES.bytes);
    });
  }
}
