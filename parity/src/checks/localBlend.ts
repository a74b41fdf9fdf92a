/** @file localblend, in alignment: masks and blended latents from given maps. */

import { z } from 'zod';
import {
  type AccumulatedMaps,
  blendLatents,
  blendMask,
  blendsAt,
  type Grid,
  wordMask,
} from '../../../daemon/src/attention/localBlend.ts';

import { quarterGrid } from '../../../daemon/src/methods/latentGrid.ts';
import type { Tokenizer } from '../../../daemon/src/networks/tokenizer.ts';
import { type Tensor, tensor } from '../../../daemon/src/tensor/tensor.ts';

import { meanOf } from '../difference.ts';
import { blendAlphas, WordPair } from '../editWords.ts';
import type { Section } from '../section.ts';
import { TOLERANCES, type Tolerance } from '../tolerances.ts';

export const LocalBlendCase = z.object({
  th: z.tuple([z.number(), z.number()]),
  words: WordPair,
  substruct_words: WordPair.nullish(),
  T: z.number(),
  calls_that_blend: z.array(z.boolean()),
  mask_mean: z.number().optional(),
});

interface PromptPair {
  readonly source: string;
  readonly target: string;
}

/** @param name `localblend/0`; also the prefix of its tensors. */
export function checkLocalBlend(
  section: Section,
  name: string,
  { th, words, substruct_words, T, calls_that_blend, mask_mean }: z.infer<typeof LocalBlendCase>,
  pairs: readonly PromptPair[],
  tokenizer: Tokenizer,
): void {
  const prompts = promptsWith(words, pairs);
  const latents = section.input('localblend/x_t');
  const grid = { height: latents.shape[2]!, width: latents.shape[3]! };
  const maps = section.matching(/^localblend\/maps\//).map(({ input }) => section.input(input));
  const accumulated = averageMaps(maps, quarterGrid(latents.shape));
  const alphas = blendAlphas(tokenizer, prompts, words);
  const subtract = substruct_words && {
    words: blendAlphas(tokenizer, prompts, substruct_words),
    threshold: th[1],
  };
  // What is stored as `mask` is of the words alone; the result shows what subtracting does to it.
  const opened = wordMask(accumulated, alphas, grid, th[0], true, 'official');
  const closed =
    subtract && wordMask(accumulated, subtract.words, grid, subtract.threshold, false, 'official');
  const mask = blendMask(
    accumulated,
    { words: alphas, threshold: th[0], manner: 'official', ...(subtract ? { subtract } : {}) },
    grid,
  );

  const compare = (
    part: string,
    ours: Tensor | null | undefined,
    tolerance: Tolerance = TOLERANCES.exact,
  ) => {
    if (ours && section.has(`${name}/${part}`)) section.compare(`${name}/${part}`, ours, tolerance);
  };
  compare('alpha_layers', alphas);
  compare('substruct_layers', subtract?.words);
  compare('mask', opened, TOLERANCES.masks);
  compare('mask_substruct_before_not', closed, TOLERANCES.masks);
  compare('x_out', blendLatents(latents, mask), TOLERANCES.arithmetic);
  section.words(
    `${name} calls_that_blend`,
    calls_that_blend.map((_, step) => blendsAt(step, T)),
    calls_that_blend,
  );
  if (mask_mean !== undefined) {
    section.numbers(`${name} mask_mean`, [meanOf(opened.data)], [mask_mean], TOLERANCES.arithmetic);
  }
}

/** The prompts are not named: they are the first pair that has the words. */
function promptsWith([source, target]: WordPair, pairs: readonly PromptPair[]): PromptPair {
  const has = (prompt: string, words: readonly string[]) =>
    words.every((word) => prompt.split(' ').includes(word));
  const pair = pairs.find((one) => has(one.source, source) && has(one.target, target));
  if (pair === undefined) throw new Error(`no pair of prompts has the words ${source} and ${target}`);
  return pair;
}

/** Maps [2 * heads, places, tokens] of each layer, averaged over layers and heads. */
function averageMaps(layers: readonly Tensor[], grid: Grid): AccumulatedMaps {
  const [, places = 0, tokens = 0] = layers[0]?.shape ?? [];
  const maps = tensor([2, places, tokens]);
  const size = places * tokens;
  for (const { data, shape } of layers) {
    const heads = shape[0]! / 2;
    for (const [i, value] of data.entries()) {
      const prompt = Math.floor(i / (heads * size));
      maps.data[prompt * size + (i % size)]! += value / (layers.length * heads);
    }
  }
  return { maps, grid };
}
