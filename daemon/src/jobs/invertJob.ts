/** @file Inverting a picture: from pixels to an inversion that edits can start from. */

import type { InversionOptions } from '@palimpsest/protocol';
import { fitPicture, type Placement, placePicture } from '../imaging/fit.ts';
import type { Picture, Size } from '../imaging/picture.ts';
import { toTensor } from '../imaging/pixels.ts';
import { ddimInversion } from '../methods/ddim.ts';
import { styleDiffusion } from '../methods/styleDiffusion.ts';
import type { Watch } from '../methods/watch.ts';
import type { StableDiffusion } from '../models/stableDiffusion.ts';
import { type Inversion, inversionId } from '../store/inversion.ts';
import type { InversionStore } from '../store/inversionStore.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface InvertRequest {
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

/** Where the inversion of a picture is, or will be, in the store. */
export function addressInversion(
  model: StableDiffusion,
  { picture, prompt, options }: InvertRequest,
): Pick<InvertedPicture, 'id' | 'placement' | 'canvas'> {
  const placement = placeOnCanvas(model, picture, options);
  const canvas = toTensor(fitPicture(picture, placement));
  return { id: inversionId({ canvas, prompt, options, model: model.fingerprint }), placement, canvas };
}

/** Where a picture lies on the canvas that it is inverted on. */
export function placeOnCanvas(
  model: StableDiffusion,
  picture: Size,
  { size }: Pick<InversionOptions, 'size'>,
): Placement {
  return placePicture(picture, size ?? model.nativeSide, model.sideMultiple);
}

/**
 * The inversion of a picture: from the store, resumed, or made and kept there.
 *
 * @throws {PalimpsestError} PROMPT_TOO_LONG, IMAGE_ENCODER_MISSING, CANCELLED (what was learned until then is kept),
 *   DISK_FULL and others, as the model and the methods do.
 */
export async function invertPicture(
  model: StableDiffusion,
  store: InversionStore,
  request: InvertRequest,
  watch: Watch = {},
): Promise<InvertedPicture> {
  const { prompt, options } = request;
  const { id, placement, canvas } = addressInversion(model, request);
  const found = await store.find(id);
  if (found !== null) return { id, inversion: found, placement, canvas, reused: true };

  const embedding = await model.encodePrompt(prompt);
  const latent = await model.encodePicture(canvas);
  const inversion =
    options.method === 'ddim'
      ? await invertByDdim(model, latent, embedding, options.steps, watch)
      : await invertByStyleDiffusion(model, store, id, { latent, embedding, canvas, options }, watch);
  await store.save(id, inversion);
  return { id, inversion, placement, canvas, reused: false };
}

async function invertByDdim(
  model: StableDiffusion,
  latent: Tensor,
  keyContext: Tensor,
  steps: number,
  watch: Watch,
): Promise<Inversion> {
  const predict = (current: Tensor, timestep: number) =>
    model.unet.predictNoise({ latent: current, timestep, keyContext });
  return { latents: await ddimInversion(model, latent, steps, predict, watch), learned: null };
}

async function invertByStyleDiffusion(
  model: StableDiffusion,
  store: InversionStore,
  id: string,
  {
    latent,
    embedding,
    canvas,
    options,
  }: { latent: Tensor; embedding: Tensor; canvas: Tensor; options: InversionOptions },
  watch: Watch,
): Promise<Inversion> {
  const { tokens: imageTokens } = await model.encodeImageTokens(canvas);
  const resume = await store.findPartial(id);
  const { latents, mapping, parameters } = await styleDiffusion(
    model,
    {
      latent,
      imageTokens,
      prompt: embedding,
      unconditional: await model.encodePrompt(''),
      options,
      ...(resume === null ? {} : { resume }),
    },
    watch,
    (state) => store.savePartial(id, state),
  );
  return { latents, learned: { shape: mapping, imageTokens, parameters } };
}
