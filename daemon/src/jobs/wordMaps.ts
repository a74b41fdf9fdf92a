/** @file Where each word of a prompt looks in an inverted picture, as pictures. */

import { PalimpsestError } from '@palimpsest/protocol';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { resizeBicubic } from '../imaging/bicubic.ts';
import type { Placement } from '../imaging/fit.ts';
import type { Picture } from '../imaging/picture.ts';
import { fineAttention } from '../methods/fineAttention.ts';
import { report, type Watch } from '../methods/watch.ts';
import { promptWords } from '../networks/tokenizer.ts';
import type { InversionStore } from '../store/inversionStore.ts';
import { add } from '../tensor/arithmetic.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { addressInversion, type InvertWork } from './invertJob.ts';
import { withPlainPrompts } from './job.ts';

/** Evaluations that are averaged: neighbouring timesteps look at nearly the same places. */
const SAMPLES = 8;

export interface WordMap {
  /** As it looks in the prompt. */
  readonly word: string;
  /** Grey, brightest where the word looks most; of the picture's aspect, one pixel for each of the latent's. */
  readonly picture: Picture;
}

/**
 * The attention of each word, as finely as the UNet knows it (`fineAttention`), averaged over timesteps of the stored
 * trajectory.
 *
 * @param asked as for the inversion, which has to be there.
 * @throws {PalimpsestError} INVERSION_UNKNOWN, PROMPT_TOO_LONG, CANCELLED, ENGINE_FAILED.
 */
export async function wordMaps(
  model: StableDiffusion,
  store: InversionStore,
  asked: InvertWork,
  watch: Watch = {},
): Promise<WordMap[]> {
  const { work } = withPlainPrompts<'invert'>({ kind: 'invert', work: asked });
  const { id, placement } = addressInversion(model, work);
  const inversion = await store.find(id);
  if (inversion === null) {
    throw new PalimpsestError(
      'INVERSION_UNKNOWN',
      'This picture is not inverted with these words and options yet. Invert it first.',
    );
  }
  const keyContext = await model.encodePrompt(work.prompt);
  const timesteps = model.schedule.timesteps(work.options.steps).reverse();
  // pix2pix-zero's inversion has fewer latents than there are timesteps.
  const chosen = evenlySpaced(inversion.latents.length - 1, SAMPLES);
  let sum: Tensor | null = null;
  for (const [done, k] of chosen.entries()) {
    const latent = inversion.latents[k]!;
    const attention = await fineAttention(model, { latent, timestep: timesteps[k]!, keyContext });
    sum = sum === null ? attention : add(sum, attention);
    report(watch, { stage: 'invert', step: done + 1, total: chosen.length }, () => latent);
  }
  return promptWords(model.tokenizer, work.prompt).map(({ text, tokens }) => ({
    word: text,
    picture: paint(attentionTo(tokens, sum!), placement, model.pixelsPerLatent),
  }));
}

/** Up to `count` of the numbers 0..total-1, spread over all of them. */
function evenlySpaced(total: number, count: number): number[] {
  const picked = Math.min(total, count);
  return Array.from({ length: picked }, (_, i) => Math.floor(((i + 0.5) * total) / picked));
}

/** Attention to some tokens together, [1, 1, rows, columns], of [1, rows, columns, all tokens]. */
function attentionTo(tokens: readonly number[], { shape, data }: Tensor): Tensor {
  const [, height = 0, width = 0, all = 0] = shape;
  const places = Array.from({ length: height * width }, (_, place) =>
    tokens.reduce((total, token) => total + data[place * all + token]!, 0),
  );
  return tensor([1, 1, height, width], places);
}

/** A map scaled to the latent's size, without the canvas's padding, from its darkest to its brightest. */
function paint({ shape, data }: Tensor, { scaled, canvas }: Placement, pixelsPerLatent: number): Picture {
  const [, , rows = 0, columns = 0] = shape;
  const [low, high] = [Math.min(...data), Math.max(...data)];
  const bytes = Uint8Array.from(data, (value) => (high > low ? (255 * (value - low)) / (high - low) : 0));
  const fine = resizeBicubic(
    { width: columns, height: rows, channels: 1, data: bytes },
    canvas.width / pixelsPerLatent,
    canvas.height / pixelsPerLatent,
  );
  const [width, height] = [scaled.width, scaled.height].map((side) => Math.ceil(side / pixelsPerLatent));
  const rgb = new Uint8Array(width! * height! * 3);
  for (let y = 0; y < height!; y++) {
    for (let x = 0; x < width!; x++)
      rgb.fill(fine.data[y * fine.width + x]!, (y * width! + x) * 3, (y * width! + x) * 3 + 3);
  }
  return { width: width!, height: height!, rgb };
}
