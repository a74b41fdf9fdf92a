/** @file Inverting a picture: from pixels to an inversion that edits can start from. */

import type { InversionOptions } from '@palimpsest/protocol';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { fitPicture, type Placement, placePicture } from '../imaging/fit.ts';
import type { Picture, Size } from '../imaging/picture.ts';
import { toTensor } from '../imaging/pixels.ts';
import { type Inversion, tensorsOf } from '../methods/inversion.ts';
import { INVERSIONS, resolveInversion } from '../methods/inversions.ts';
import type { Watch } from '../methods/watch.ts';
import { inversionId } from '../store/inversion.ts';
import type { InversionStore } from '../store/inversionStore.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Embed, embedOnce } from './embeddings.ts';

/** Where inversions are kept. */
export type Inversions = Pick<InversionStore, 'find' | 'findPartial' | 'save' | 'savePartial'>;

export interface InvertWork {
  readonly picture: Picture;
  /** What is in the picture. */
  readonly prompt: string;
  readonly options: InversionOptions;
}

export interface InvertedPicture {
  /** The content address in the store. */
  readonly id: string;
  readonly inversion: Inversion;
  /** Where the picture lies on the canvas that was inverted. */
  readonly placement: Placement;
  /** The canvas [1, 3, H, W]. */
  readonly canvas: Tensor;
  /** Whether it was there already. */
  readonly reused: boolean;
}

/**
 * Where the inversion of a picture is, or will be, in the store.
 *
 * @throws {PalimpsestError} OPTION_INVALID when its mode and method contradict each other.
 */
export function addressInversion(
  model: StableDiffusion,
  { picture, prompt, options }: InvertWork,
): Pick<InvertedPicture, 'id' | 'placement' | 'canvas'> {
  const placement = placeOnCanvas(model, picture, options);
  const canvas = toTensor(fitPicture(picture, placement));
  const id = inversionId({
    canvas,
    prompt,
    options: resolveInversion(options),
    model: model.fingerprint,
  });
  return { id, placement, canvas };
}

/** Where a picture lies on the canvas that it is inverted on. */
export function placeOnCanvas(
  model: Pick<StableDiffusion, 'nativeSide' | 'sideMultiple'>,
  picture: Size,
  { size }: Pick<InversionOptions, 'size'>,
): Placement {
  return placePicture(picture, size ?? model.nativeSide, model.sideMultiple);
}

/**
 * The inversion of a picture: from the store, resumed, or made and kept there.
 *
 * @param embed of the job that it is part of.
 * @throws {PalimpsestError} PROMPT_TOO_LONG, IMAGE_ENCODER_MISSING, CANCELLED (what was learned until then is kept),
 *   DISK_FULL and others, as the model and the methods do.
 */
export async function invertPicture(
  model: StableDiffusion,
  store: Inversions,
  request: InvertWork,
  watch: Watch = {},
  embed: Embed = embedOnce(model),
): Promise<InvertedPicture> {
  const { prompt, options } = request;
  const { id, placement, canvas } = addressInversion(model, request);
  const found = await store.find(id);
  if (found !== null) {
    model.hold(tensorsOf(found));
    return { id, inversion: found, placement, canvas, reused: true };
  }

  const resume = await store.findPartial(id);
  const resolved = resolveInversion(options);
  const latent = await model.encodePicture(canvas);
  const [embedding, unconditional] = await Promise.all([embed(prompt), embed('')]);
  const inversion = await INVERSIONS[resolved.method].invert(
    model,
    {
      latent,
      prompt: embedding,
      unconditional,
      imageTokens: async () => (await model.encodeImageTokens(canvas)).tokens,
      options: resolved,
      ...(resume === null ? {} : { resume }),
    },
    watch,
    (state) => store.savePartial(id, state),
  );
  model.hold(tensorsOf(inversion));
  await store.save(id, inversion);
  return { id, inversion, placement, canvas, reused: false };
}
