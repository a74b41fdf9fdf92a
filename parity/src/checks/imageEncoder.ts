/** @file image_encoder: the picture as CLIP sees it, and all of its tokens. */

import { decodePicture } from '../../../daemon/src/imaging/picture.ts';
import { toTensor } from '../../../daemon/src/imaging/pixels.ts';
import { type Tensor, tensor } from '../../../daemon/src/tensor/tensor.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';
import { checkPicture } from './picture.ts';

export async function checkImageEncoder(section: Section, subject: Subject): Promise<void> {
  await checkPicture(section, subject);
  // `tokens` is of the set's picture, `tokens_512` of image512.png.
  const suffixes = new Set(
    section.matching(/^(?:preprocessed|tokens)(_\d+)?$/).map(([, suffix = '']) => suffix),
  );
  for (const suffix of suffixes) {
    await section.attempt(`tokens${suffix}`, async () => {
      const picture = await pictureOf(section, subject, suffix);
      const { tokens, preprocessed } = await subject.model.encodeImageTokens(picture);
      if (section.has(`tokens${suffix}`)) section.compare(`tokens${suffix}`, tokens, TOLERANCES.networkCall);
      const name = `preprocessed${suffix}`;
      if (!section.has(name)) return;
      const [, , height = 0, width = 0] = section.read(name).shape;
      const sampled = everyNth(preprocessed, height, width);
      section.compare(name, sampled, TOLERANCES.networkCall);
    });
  }
}

async function pictureOf(section: Section, subject: Subject, suffix: string): Promise<Tensor> {
  if (suffix !== '') return toTensor(await decodePicture(subject.golden.path(`image${suffix.slice(1)}.png`)));
  return section.has('image_pm1') ? section.read('image_pm1') : subject.picture();
}

/** Every n-th row and column from the first on, as many as were stored: all of them where that is all. */
function everyNth(picture: Tensor, height: number, width: number): Tensor {
  const [, channels = 0, fullHeight = 0, fullWidth = 0] = picture.shape;
  const [down, across] = [Math.ceil(fullHeight / height), Math.ceil(fullWidth / width)];
  const sampled = tensor([1, channels, height, width]);
  for (let i = 0; i < sampled.data.length; i++) {
    const x = i % width;
    const y = Math.floor(i / width) % height;
    const channel = Math.floor(i / (width * height));
    sampled.data[i] = picture.data[(channel * fullHeight + y * down) * fullWidth + x * across]!;
  }
  return sampled;
}
