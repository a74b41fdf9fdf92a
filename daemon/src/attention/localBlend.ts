/** @file LocalBlend of Prompt-to-Prompt: the edit stays where the named words attend (Hertz et al. 2022, 3.2). */

import { elementCount, type Tensor, tensor } from '../tensor/tensor.ts';
import type { Manner } from './manner.ts';

/** Rows and columns of a map or of a latent. */
export interface Grid {
  readonly height: number;
  readonly width: number;
}

/** Cross-attention of the source and the target prompt, accumulated over steps, averaged over layers and heads. */
export interface AccumulatedMaps {
  /** `[2, height * width, tokens]`. */
  readonly maps: Tensor;
  readonly grid: Grid;
}

/** Which words open the mask and which close it. */
export interface BlendWords {
  /** `[2, tokens]`: 1 at the tokens of each prompt's words, else 0. */
  readonly words: Tensor;
  /** A pixel is in where its attention, relative to the largest, exceeds this (0.3 in the official script). */
  readonly threshold: number;
  /** The same for words whose place is kept out of the mask. */
  readonly subtract?: { readonly words: Tensor; readonly threshold: number };
  /** `exact` unless named. */
  readonly manner?: Manner;
}

/** The official script blends from a fifth of the steps on (`start_blend`). */
const BLEND_START = 0.2;

/** Whether LocalBlend acts after step `step` (0 is the noisiest) of `steps`. */
export function blendsAt(step: number, steps: number): boolean {
  return step >= Math.trunc(BLEND_START * steps);
}

/** `[2, length]`: 1 at the given token positions of the source and of the target prompt. */
export function wordAlphas(source: readonly number[], target: readonly number[], length: number): Tensor {
  const alphas = tensor([2, length]);
  for (const token of source) alphas.data[token] = 1;
  for (const token of target) alphas.data[length + token] = 1;
  return alphas;
}

/**
 * Where the edit may act: the words' mask less the subtracted words' mask.
 *
 * @param latent size of the mask.
 * @returns `[2, 1, height, width]` of 0 and 1; row 0 by the source's maps, row 1 by those of both prompts.
 */
export function blendMask(accumulated: AccumulatedMaps, blend: BlendWords, latent: Grid): Tensor {
  const mask = wordMask(accumulated, blend.words, latent, blend.threshold, true, blend.manner);
  if (blend.subtract === undefined) return mask;
  const { words, threshold } = blend.subtract;
  const kept = wordMask(accumulated, words, latent, threshold, false, blend.manner);
  return { shape: mask.shape, data: mask.data.map((inside, i) => inside * (1 - kept.data[i]!)) };
}

/**
 * Where some words attend: `[2, 1, height, width]` of 0 and 1. Row 1 is the union of both prompts' masks.
 *
 * The official rule grows a map before it repeats each of its cells, and compares with 0. Here maps are finer: they are
 * interpolated first, so that a mask grows by a cell of the latent, and compared with their own least value.
 *
 * @param grow whether each cell takes the largest of its 3 x 3 neighbourhood first.
 */
export function wordMask(
  { maps, grid }: AccumulatedMaps,
  words: Tensor,
  latent: Grid,
  threshold: number,
  grow: boolean,
  manner: Manner = 'exact',
): Tensor {
  const mask = tensor([2, 1, latent.height, latent.width]);
  const size = latent.height * latent.width;
  for (const prompt of [0, 1]) {
    const attention = wordAttention(maps, words, prompt, manner);
    const grown = (cells: Float32Array) => (grow ? maxPool(cells, latent) : cells);
    const fine =
      manner === 'official'
        ? upsample(grow ? maxPool(attention, grid) : attention, grid, latent)
        : grown(aboveLeast(smooth(attention, grid, latent)));
    const largest = fine.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    for (const [i, value] of fine.entries()) {
      // Compared in float32, as the reference does. With no attention at all this is NaN: outside.
      const inside = Math.fround(value / largest) > Math.fround(threshold);
      if (inside || (prompt === 1 && mask.data[i] === 1)) mask.data[prompt * size + i] = 1;
    }
  }
  return mask;
}

/**
 * The target's latent inside the mask, the source's outside: x = x_source + mask (x - x_source).
 *
 * @param latents `[2, channels, height, width]`: source, target.
 * @param mask `[2, 1, height, width]`, or `[1, 1, height, width]` for both.
 * @returns `[2, channels, height, width]`; the source's row is unchanged.
 */
export function blendLatents(latents: Tensor, mask: Tensor): Tensor {
  const [prompts = 0, channels = 0, ...grid] = latents.shape;
  const size = elementCount(grid);
  if (mask.shape.slice(2).join() !== grid.join()) {
    throw new RangeError(`a mask of [${mask.shape}] does not fit latents of [${latents.shape}]`);
  }
  const targetMask = mask.data.subarray(mask.data.length - size);
  const blended = tensor([prompts, channels, ...grid], latents.data.slice());
  const source = latents.data.subarray(0, channels * size);
  for (let i = 0; i < channels * size; i++) {
    const own = latents.data[channels * size + i]!;
    blended.data[channels * size + i] = source[i]! + targetMask[i % size]! * Math.fround(own - source[i]!);
  }
  return blended;
}

/** The same latents [source, target] with the source outside a mask, if there is one. */
export const bounded = (latents: Tensor, mask: Tensor | undefined): Tensor =>
  mask === undefined ? latents : blendLatents(latents, mask);

/**
 * Attention of each place to the words, summed over their tokens. A negative weight turns a word's map around: nothing looks
 * at that word. The official code would take its least negative place for the one that looks most.
 */
function wordAttention(maps: Tensor, words: Tensor, prompt: number, manner: Manner): Float32Array {
  const [, places = 0, tokens = 0] = maps.shape;
  const attention = new Float32Array(places);
  for (let place = 0; place < places; place++) {
    let sum = 0;
    for (let token = 0; token < tokens; token++) {
      const map = maps.data[(prompt * places + place) * tokens + token]!;
      sum += (manner === 'official' ? map : Math.max(0, map)) * words.data[prompt * tokens + token]!;
    }
    attention[place] = sum;
  }
  return attention;
}

/** The largest of the 3 x 3 cells around each cell. */
function maxPool(cells: Float32Array, { height, width }: Grid): Float32Array {
  return cells.map((_, i) => {
    const y = Math.floor(i / width);
    const x = i % width;
    let largest = Number.NEGATIVE_INFINITY;
    for (let row = Math.max(y - 1, 0); row <= Math.min(y + 1, height - 1); row++) {
      for (let column = Math.max(x - 1, 0); column <= Math.min(x + 1, width - 1); column++) {
        largest = Math.max(largest, cells[row * width + column]!);
      }
    }
    return largest;
  });
}

/** A map less its least value: some attention goes everywhere. */
function aboveLeast(cells: Float32Array): Float32Array {
  const least = cells.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return cells.map((value) => value - least);
}

/** Linear interpolation between the middles of cells. */
function smooth(cells: Float32Array, from: Grid, to: Grid): Float32Array {
  const fine = new Float32Array(to.height * to.width);
  const place = (i: number, count: number, cellCount: number): [number, number, number] => {
    const at = Math.min(cellCount - 1, Math.max(0, ((i + 0.5) * cellCount) / count - 0.5));
    return [Math.floor(at), Math.min(cellCount - 1, Math.floor(at) + 1), at - Math.floor(at)];
  };
  for (let y = 0; y < to.height; y++) {
    const [above, below, down] = place(y, to.height, from.height);
    for (let x = 0; x < to.width; x++) {
      const [left, right, across] = place(x, to.width, from.width);
      const along = (row: number) =>
        cells[row * from.width + left]! * (1 - across) + cells[row * from.width + right]! * across;
      fine[y * to.width + x] = along(above) * (1 - down) + along(below) * down;
    }
  }
  return fine;
}

/** Nearest neighbour, as `interpolate` does by default: cell floor(i * from / to). */
function upsample(cells: Float32Array, from: Grid, to: Grid): Float32Array {
  const fine = new Float32Array(to.height * to.width);
  for (let y = 0; y < to.height; y++) {
    const row = Math.floor((y * from.height) / to.height);
    for (let x = 0; x < to.width; x++) {
      fine[y * to.width + x] = cells[row * from.width + Math.floor((x * from.width) / to.width)]!;
    }
  }
  return fine;
}
