/** @file Of an edit, only the change: put onto the original at its own size. */

import type { EditOptions, Notice } from '@palimpsest/protocol';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { cropPicture } from '../imaging/area.ts';
import { changeField } from '../imaging/change/changeField.ts';
import { putChange } from '../imaging/change/putChange.ts';
import type { Placement } from '../imaging/fit.ts';
import type { Mask } from '../imaging/mask.ts';
import { psnr } from '../imaging/metrics.ts';
import { inOwnColours } from '../imaging/ownColours.ts';
import type { Picture } from '../imaging/picture.ts';
import { fromTensor } from '../imaging/pixels.ts';
import { throwIfCancelled, type Watch } from '../methods/watch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Side, wordPlaces } from './wordPlaces.ts';

/** What a model that knows a picture draws it again with, at least, in dB; with less, no edit of it will be good. */
const SEEN_WELL = 17;

interface Drawn {
  readonly picture: Picture;
  readonly placement: Placement;
  /** The canvas [1, 3, H, W] that was inverted. */
  readonly canvas: Tensor;
  /** The source as it was drawn again, and the edit. */
  readonly source: Side;
  readonly target: Side;
}

/**
 * The original with the change alone; itself where nothing changed.
 *
 * @throws {PalimpsestError} CANCELLED, ENGINE_FAILED.
 */
export async function keepOriginal(
  model: StableDiffusion,
  { picture, placement, canvas, source, target }: Drawn,
  { keepStrength, detail }: Pick<EditOptions, 'keepStrength' | 'detail'>,
  watch: Watch,
): Promise<Picture> {
  const { onNotice = () => {} } = watch;
  const { scaled } = placement;
  const visible = (whole: Picture) => cropPicture(whole, { left: 0, top: 0, ...scaled });
  const decoded = async ({ latent }: Side) =>
    visible(fromTensor(await model.decodeLatent(latent), { round: true }));
  const drawings = {
    picture: visible(fromTensor(canvas, { round: true })),
    source: await decoded(source),
    edited: await decoded(target),
  };
  throwIfCancelled(watch);
  const words = await wordPlaces(model, [source, target], placement.canvas, scaled);
  throwIfCancelled(watch);
  const seen = psnr(drawings.picture, drawings.source);
  if (seen < SEEN_WELL) onNotice(poorlySeen(seen));
  const field = changeField(drawings, { words, strength: keepStrength, detail });
  if (field === null) {
    onNotice(NOTHING_CHANGED);
    return picture;
  }
  const changed = putChange(picture, field);
  return withOwnColours(changed.picture, picture, changed.mask);
}

/** In the original's colour space, where it has one of its own; numbers outside the change are the original's. */
async function withOwnColours(changed: Picture, original: Picture, mask: Mask): Promise<Picture> {
  const { own } = original;
  if (own === undefined) return changed;
  const converted = await inOwnColours(changed, original);
  if (converted.own === undefined) return converted;
  const { rgb } = converted.own;
  for (const [pixel, value] of mask.data.entries())
    if (value === 0) rgb.set(own.rgb.subarray(3 * pixel, 3 * pixel + 3), 3 * pixel);
  return converted;
}

function poorlySeen(seen: number): Notice {
  const decibels = Math.round(seen);
  const text = `The model sees this picture poorly (${decibels} dB; 25 are usual), so no edit will be good. Learn it carefully, or take another model.`;
  return { code: 'PICTURE_POORLY_SEEN', facts: { decibels }, text };
}

const NOTHING_CHANGED: Notice = {
  code: 'CHANGE_NONE',
  facts: {},
  text: 'The model changed nothing that could be told from its own noise, so the picture is as it was. Say the change in other words, or keep less of the original.',
};
