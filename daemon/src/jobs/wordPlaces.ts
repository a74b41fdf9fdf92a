/** @file Where the words that an edit is about look, before it and after it. */

import { PalimpsestError } from '@palimpsest/protocol';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { enlarged, type Plane, planeOf } from '../imaging/change/plane.ts';
import { LOOKS } from '../imaging/change/whereChanged.ts';
import type { Size } from '../imaging/picture.ts';
import { fineAttention } from '../methods/fineAttention.ts';
import type { NoiseRequest } from '../networks/denoiser.ts';
import { normalTensor, uniformGenerator } from '../tensor/random.ts';
import { stack, type Tensor } from '../tensor/tensor.ts';

/** The part of the training's timesteps at which maps are taken: things are still found there, and their edges are sharp. */
const NOISE = 0.3;
/** A word that looks at so much of the picture is about all of it, as "watercolor" is, or about nothing, as "of" is. */
const EVERYWHERE = 0.45;

/** One side of an edit: its latent [1, C, h, w], the embedding of its prompt, and the tokens of each word in question. */
export interface Side {
  readonly latent: Tensor;
  readonly prompt: Tensor;
  readonly words: readonly (readonly number[])[];
}

/**
 * The strongest look of all words at each place, 0 to 1, over a canvas; `everywhere` when each of them looks at most of the
 * picture; null when there are none, or the UNet has no maps that tell. One evaluation of it, on both latents.
 *
 * @param visible the part of the canvas that shows the picture.
 */
export async function wordPlaces(
  model: StableDiffusion,
  sides: readonly [Side, Side],
  canvas: Size,
  visible: Size,
): Promise<Plane | 'everywhere' | null> {
  if (sides.every(({ words }) => words.length === 0)) return null;
  const { schedule } = model;
  const timestep = Math.round(NOISE * schedule.config.num_train_timesteps);
  const latent = stack(sides.map((side) => side.latent));
  // The same noise for both, and for every edit of a picture.
  const noise = normalTensor(sides[0].latent.shape, uniformGenerator(0));
  const attention = await attentionOf(model, {
    latent: schedule.addNoise(latent, stack(sides.map(() => noise)), timestep),
    timestep,
    keyContext: stack(sides.map(({ prompt }) => prompt)),
  });
  if (attention === null) return null;
  const maps = sides.flatMap(({ words }, side) =>
    words.map((tokens) => within(enlarged(mapOf(attention, side, tokens), canvas), visible)),
  );
  const scaled = maps.map(fromNoneToAll);
  const local = scaled.filter((map) => shareAbove(map, LOOKS) < EVERYWHERE);
  if (local.length === 0) return 'everywhere';
  return planeOf(visible, (i) => Math.max(...local.map(({ data }) => data[i]!)));
}

/** Null for a UNet without maps that are fine enough: its edits are kept without them. */
async function attentionOf(model: StableDiffusion, request: NoiseRequest): Promise<Tensor | null> {
  try {
    return await fineAttention(model, request);
  } catch (error) {
    if (error instanceof PalimpsestError && error.code === 'CONFIG_UNSUPPORTED') return null;
    throw error;
  }
}

/** How much some tokens together look at each place, of attention [sides, rows, columns, tokens]. */
function mapOf({ shape, data }: Tensor, side: number, words: readonly number[]): Plane {
  const [, height = 0, width = 0, tokens = 0] = shape;
  return planeOf({ width, height }, (place) =>
    words.reduce((sum, token) => sum + data[(side * height * width + place) * tokens + token]!, 0),
  );
}

const within = (plane: Plane, visible: Size): Plane =>
  planeOf(visible, (i) => plane.data[Math.floor(i / visible.width) * plane.width + (i % visible.width)]!);

function fromNoneToAll(map: Plane): Plane {
  const low = map.data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = map.data.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return planeOf(map, (i) => (high > low ? (map.data[i]! - low) / (high - low) : 0));
}

const shareAbove = ({ data }: Plane, bound: number): number =>
  data.reduce((count, value) => count + Number(value > bound), 0) / data.length;
