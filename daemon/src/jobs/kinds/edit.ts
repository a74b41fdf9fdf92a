/** @file Editing a picture with words, as a kind of job. */

import { maskOf } from '../../imaging/mask.ts';
import { areaOfEdit, editInArea } from '../editArea.ts';
import { byInversion, type JobKind, PIXEL_BYTES, pixelsOf, visiblePart, type Works } from './jobKind.ts';

/** Of a pixel, beside what each takes, with a mask: how deep in it the pixel lies. */
const MASK_BYTES = 4 * 4;

export const edit: JobKind<'edit'> = {
  async open({ image, mask, source, target, inversion, edit }, open) {
    const picture = await open(image);
    const bounds = mask === undefined ? {} : { mask: maskOf(picture, await open(mask, 'mask')) };
    return { picture, source, target, inversion, edit, ...bounds };
  },
  withPrompts: (work, read) => ({ ...work, source: read(work.source), target: read(work.target) }),
  pictures: ({ picture }) => [picture],
  changesPicture: true,
  pictureBytes: ({ picture, mask }) =>
    (PIXEL_BYTES + (mask === undefined ? 0 : MASK_BYTES)) * pixelsOf(picture),
  ...byInversion<Works['edit']>(
    ({ inversion }) => inversion,
    (work, inversion) => ({ ...work, inversion }),
  ),
  canBeInstant: true,
  visible: (work, model) => visiblePart(model, areaOfEdit(work), work.inversion),
  async run(work, { model, store, keep }, watch) {
    const { picture, inverted, kind } = await editInArea(model, store, work, watch);
    return { ...(await keep(picture)), inversion: inverted.id, kind, reused: inverted.reused };
  },
};
