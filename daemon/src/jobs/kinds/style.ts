/** @file Giving a picture the style of another, as a kind of job. */

import { stylePicture } from '../styleJob.ts';
import { byInversion, type JobKind, PIXEL_BYTES, pixelsOf, visiblePart, type Works } from './jobKind.ts';

export const style: JobKind<'style'> = {
  async open({ image, style, source, styleSource, inversion, options }, open) {
    const pictures = { content: await open(image), style: await open(style, 'style') };
    return { ...pictures, source, styleSource, inversion, options };
  },
  withPrompts: (work, read) => ({
    ...work,
    source: read(work.source),
    styleSource: read(work.styleSource),
  }),
  pictures: ({ content, style }) => [content, style],
  changesPicture: true,
  pictureBytes: ({ content, style }) => PIXEL_BYTES * (pixelsOf(content) + pixelsOf(style)),
  ...byInversion<Works['style']>(
    ({ inversion }) => inversion,
    (work, inversion) => ({ ...work, inversion }),
  ),
  // What is learned is the style.
  canBeInstant: false,
  visible: ({ content, inversion }, model) => visiblePart(model, content, inversion),
  async run(work, { model, store, keep }, watch) {
    const { picture, inverted } = await stylePicture(model, store, work, watch);
    return { ...(await keep(picture)), inversion: inverted.id, reused: inverted.reused };
  },
};
