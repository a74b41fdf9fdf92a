/** @file Learning a picture, as a kind of job. */

import { invertPicture } from '../invertJob.ts';
import { byInversion, type JobKind, PIXEL_BYTES, pixelsOf, visiblePart, type Works } from './jobKind.ts';

export const invert: JobKind<'invert'> = {
  open: async ({ image, prompt, options }, open) => ({ picture: await open(image), prompt, options }),
  withPrompts: (work, read) => ({ ...work, prompt: read(work.prompt) }),
  pictures: ({ picture }) => [picture],
  changesPicture: false,
  pictureBytes: ({ picture }) => PIXEL_BYTES * pixelsOf(picture),
  ...byInversion<Works['invert']>(
    ({ options }) => options,
    (work, options) => ({ ...work, options }),
  ),
  canBeInstant: true,
  visible: ({ picture, options }, model) => visiblePart(model, picture, options),
  async run(work, { model, store }, watch) {
    const { id, placement, reused } = await invertPicture(model, store, work, watch);
    return { inversion: id, canvas: placement.canvas, reused };
  },
};
