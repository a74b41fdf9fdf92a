/** @file Where each word of a prompt looks in an inverted picture, as pictures. */

import { PalimpsestError } from '@palimpsest/protocol';
import type { Grid } from '../attention/localBlend.ts';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { resizeBicubic } from '../imaging/bicubic.ts';
import type { Placement } from '../imaging/fit.ts';
import type { Picture } from '../imaging/picture.ts';
import { predictWithMaps } from '../methods/attentionTargets.ts';
import { quarterGrid } from '../methods/latentGrid.ts';
import { report, type Watch } from '../methods/watch.ts';
import { promptWords } from '../networks/tokenizer.ts';
import type { InversionStore } from '../store/inversionStore.ts';
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
 * The cross-attention of each word, averaged over layers, heads and timesteps of the stored trajectory.
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
  let mean: AttentionMean | null = null;
  for (const [done, k] of chosen.entries()) {
    const latent = inversion.latents[k]!;
    const { maps } = await predictWithMaps(model, { latent, timestep: timesteps[k]!, keyContext });
    mean ??= new AttentionMean(latent.shape, keyContext.shape[1]!);
    for (const map of maps) mean.add(map);
    report(watch, { stage: 'invert', step: done + 1, total: chosen.length }, () => latent);
  }
  return promptWords(model.tokenizer, work.prompt).map(({ text, tokens }) => ({
    word: text,
    picture: paint(mean!.of(tokens), placement, model.pixelsPerLatent),
  }));
}

/** Up to `count` of the numbers 0..total-1, spread over all of them. */
function evenlySpaced(total: number, count: number): number[] {
  const picked = Math.min(total, count);
  return Array.from({ length: picked }, (_, i) => Math.floor(((i + 0.5) * total) / picked));
}

/** Maps [1, heads, queries, tokens] summed over all that is added; what they are divided by does not show. */
class AttentionMean {
  private readonly sum: Float64Array;
  private readonly grid: Grid;

  private readonly tokens: number;

  constructor(latentShape: readonly number[], tokens: number) {
    this.tokens = tokens;

    this.grid = quarterGrid(latentShape);
    this.sum = new Float64Array(this.grid.height * this.grid.width * tokens);
  }

  add({ data }: Tensor): void {
    for (const [i, value] of data.entries()) this.sum[i % this.sum.length]! += value;
  }

  /** Attention to some tokens together: [1, 1, rows, columns]. */
  of(tokens: readonly number[]): Tensor {
    const { height, width } = this.grid;
    const places = Array.from({ length: height * width }, (_, place) =>
      tokens.reduce((total, token) => total + this.sum[place * this.tokens + token]!, 0),
    );
    return tensor([1, 1, height, width], places);
  }
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
