/** @file LocalBlend against the reference's masks and latents, and on maps small enough to read. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type AccumulatedMaps,
  blendLatents,
  blendMask,
  blendsAt,
  wordAlphas,
  wordMask,
} from '../../daemon/src/attention/localBlend.ts';
import { loadTokenizer } from '../../daemon/src/networks/tokenizer.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { readHeader, readTensor } from '../../daemon/src/weights/safetensors.ts';
import { wordTokens } from '../../parity/src/referenceWords.ts';

const GOLDEN = join(import.meta.dirname, '../golden');
const tokenizer = loadTokenizer(join(GOLDEN, 'modelA'));

interface GoldenBlend {
  readonly th: [number, number];
  readonly words: [string[], string[]];
  readonly substruct_words: [string[], string[]] | null;
  readonly T: number;
  readonly calls_that_blend: boolean[];
}
const golden: { cases: { source: string; target: string }[]; localblend: GoldenBlend[] } = JSON.parse(
  readFileSync(join(GOLDEN, 'A/alignment.json'), 'utf8'),
);
const file = readHeader(join(GOLDEN, 'A/alignment.safetensors'));
const stored = (name: string): Tensor => readTensor(file.tensors.get(name)!);

/** Maps `[2 * heads, queries, tokens]` of each layer, averaged over layers and heads. */
function average(layers: readonly Tensor[], height: number, width: number): AccumulatedMaps {
  const [rows = 0, places = 0, tokens = 0] = layers[0]!.shape;
  const heads = rows / 2;
  const maps = tensor([2, places, tokens]);
  const size = places * tokens;
  for (const { data } of layers) {
    for (const [i, value] of data.entries()) {
      const prompt = Math.floor(i / (heads * size));
      maps.data[prompt * size + (i % size)]! += value / (layers.length * heads);
    }
  }
  return { maps, grid: { height, width } };
}

describe.each(golden.localblend.map((blend, i) => ({ blend, i })))(
  'the reference, case $i',
  ({ blend, i }) => {
    const { source, target } = golden.cases[0]!;
    const alphas = (words: [string[], string[]]): Tensor => {
      const [from, to] = [source, target].map((prompt, k) =>
        words[k]!.flatMap((word) => wordTokens(tokenizer, prompt, word)),
      );
      return wordAlphas(from!, to!, tokenizer.maxLength);
    };
    const layers = ['down_0', 'down_1', 'up_0', 'up_1', 'up_2'].map((name) =>
      stored(`localblend/maps/${name}`),
    );
    const accumulated = average(layers, 4, 4);
    const latents = stored('localblend/x_t');
    const latent = { height: latents.shape[2]!, width: latents.shape[3]! };
    const words = alphas(blend.words);
    const subtract = blend.substruct_words && {
      words: alphas(blend.substruct_words),
      threshold: blend.th[1],
    };
    const mask = blendMask(
      accumulated,
      { words, threshold: blend.th[0], manner: 'official', ...(subtract ? { subtract } : {}) },
      latent,
    );

    test('names the same tokens', () => {
      expect(words).toEqual(stored(`localblend/${i}/alpha_layers`));
      if (subtract) expect(subtract.words).toEqual(stored(`localblend/${i}/substruct_layers`));
    });

    test('has the same mask', () => {
      // The stored mask is the one of the words alone; the result shows what subtracting does to it.
      expect(wordMask(accumulated, words, latent, blend.th[0], true, 'official')).toEqual(
        stored(`localblend/${i}/mask`),
      );
      if (subtract) {
        const kept = wordMask(accumulated, subtract.words, latent, subtract.threshold, false, 'official');
        expect(kept).toEqual(stored(`localblend/${i}/mask_substruct_before_not`));
      }
    });

    test('blends to the same latents, at the same steps', () => {
      const expected = stored(`localblend/${i}/x_out`).data;
      expect([...blendLatents(latents, mask).data]).toEqual([...expected]);
      expect(blend.calls_that_blend.map((_, step) => blendsAt(step, blend.T))).toEqual(
        blend.calls_that_blend,
      );
    });
  },
);

describe('a mask', () => {
  // One row of three places, two tokens; the word is token 1.
  const wide: AccumulatedMaps = {
    maps: tensor([2, 3, 2], [9, 0, 9, 1, 9, 4, 9, 8, 9, 1, 9, 0]),
    grid: { height: 1, width: 3 },
  };
  const words = wordAlphas([1], [1], 2);

  test('is where the words attend, united for the target', () => {
    const mask = wordMask(wide, words, { height: 1, width: 3 }, 0.5, false);
    expect([...mask.data]).toEqual([0, 0, 1, 1, 0, 1]);
  });

  test('grows by one cell', () => {
    const mask = wordMask(wide, words, { height: 1, width: 3 }, 0.5, true);
    expect([...mask.data]).toEqual([0, 1, 1, 1, 1, 1]);
  });

  test('is scaled to a latent of any size by nearest neighbour, by the official rule', () => {
    const mask = wordMask(wide, words, { height: 2, width: 4 }, 0.5, false, 'official');
    // Columns 0..3 read places 0, 0, 1, 2.
    expect([...mask.data.subarray(0, 8)]).toEqual([0, 0, 0, 1, 0, 0, 0, 1]);
  });

  test('is scaled by linear interpolation otherwise', () => {
    const steep = { maps: tensor([2, 2, 1], [0, 1, 0, 1]), grid: { height: 1, width: 2 } };
    const mask = wordMask(steep, wordAlphas([0], [0], 1), { height: 1, width: 8 }, 0.4, false);
    // Values 0, 0, 1/8, 3/8, 5/8, 7/8, 1, 1.
    expect([...mask.data.subarray(0, 8)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  test('does not take what a word has everywhere for where it looks', () => {
    const even = { maps: tensor([2, 3, 1], [5, 5, 8, 5, 5, 8]), grid: { height: 1, width: 3 } };
    const mask = wordMask(even, wordAlphas([0], [0], 1), { height: 1, width: 3 }, 0.3, false);
    expect([...mask.data.subarray(0, 3)]).toEqual([0, 0, 1]);
  });

  test('lacks the subtracted words', () => {
    const subtract = { words: wordAlphas([1], [], 2), threshold: 0.5 };
    const mask = blendMask(wide, { words, threshold: 0.1, subtract }, { height: 1, width: 3 });
    expect([...mask.data]).toEqual([1, 1, 0, 1, 1, 0]);
  });

  test.each([false, true])(
    'of a word that is turned around is empty, not all there is; grown: %s',
    (grow) => {
      const turned: AccumulatedMaps = {
        maps: tensor([2, 3, 2], [9, 0, 9, 1, 9, 4, 3, -8, 9, -1, 9, -2]),
        grid: { height: 1, width: 3 },
      };
      const size = { height: 1, width: 3 };
      expect([...wordMask(turned, wordAlphas([], [1], 2), size, 0.5, grow).data]).toEqual([0, 0, 0, 0, 0, 0]);
      // Neither does it take anything from the words beside it.
      const both = wordMask(turned, wordAlphas([], [0, 1], 2), size, 0.5, false);
      expect([...both.data.subarray(3)]).toEqual([0, 1, 1]);
    },
  );

  test('of words that nothing attends to is empty', () => {
    const mask = wordMask(wide, wordAlphas([], [], 2), { height: 1, width: 3 }, 0.3, true);
    expect(mask.data.every((inside) => inside === 0)).toBe(true);
  });
});

describe('blended latents', () => {
  const latents = tensor([2, 1, 1, 2], [1, 2, 5, 6]);

  test('follow a given mask', () => {
    expect([...blendLatents(latents, tensor([1, 1, 1, 2], [0, 1])).data]).toEqual([1, 2, 1, 6]);
  });

  test('refuse a mask of another size', () => {
    expect(() => blendLatents(latents, tensor([1, 1, 2, 2]))).toThrow(RangeError);
  });

  test.each([
    [10, [false, false, true]],
    [6, [false, true, true]],
    [4, [true, true, true]],
  ])('of %i steps start at a fifth', (steps, expected) => {
    expect([0, 1, 2].map((step) => blendsAt(step, steps))).toEqual(expected);
  });
});
