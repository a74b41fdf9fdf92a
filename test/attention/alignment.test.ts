/** @file Words, mappers, equalizer and time table against the reference's numbers, and small ones by hand. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffPrompts } from '@palimpsest/protocol';
import { describe, expect, test } from 'vitest';
import { equalizer } from '../../daemon/src/attention/equalizer.ts';
import { gatherMatrix, refineMapper } from '../../daemon/src/attention/refineMapper.ts';
import { replaceMapper } from '../../daemon/src/attention/replaceMapper.ts';
import { type Interval, timeAlphas } from '../../daemon/src/attention/timeAlphas.ts';
import { findWords } from '../../daemon/src/attention/words.ts';
import { loadTokenizer, type PromptWord, promptWords } from '../../daemon/src/networks/tokenizer.ts';
import { readHeader, readTensor } from '../../daemon/src/weights/safetensors.ts';
import { referenceWords, wordTokens } from '../../parity/src/referenceWords.ts';

const GOLDEN = join(import.meta.dirname, '../golden');
const tokenizer = loadTokenizer(join(GOLDEN, 'modelA'));
const LENGTH = tokenizer.maxLength;

interface GoldenPair {
  readonly source: string;
  readonly target: string;
  readonly source_ids: number[];
  readonly target_ids: number[];
  readonly word_inds_source: Record<string, number[]>;
  readonly word_inds_target: Record<string, number[]>;
  readonly replace: boolean;
  readonly equalizer?: { readonly words: string[]; readonly values: number[] };
  readonly cross_replace_steps?: number | (Record<string, Interval> & { readonly default_?: Interval });
  readonly num_steps: number;
}
const golden: { cases: GoldenPair[] } = JSON.parse(readFileSync(join(GOLDEN, 'A/alignment.json'), 'utf8'));
const file = readHeader(join(GOLDEN, 'A/alignment.safetensors'));
const numbers = (name: string): number[] => [...readTensor(file.tensors.get(name)!).data];

describe.each(golden.cases.map((pair, i) => ({ pair, i, title: `${pair.source} -> ${pair.target}` })))(
  'the reference on $title',
  ({ pair, i }) => {
    const { source, target } = pair;
    const words = (prompt: string) => promptWords(tokenizer, prompt);

    test('has the same ids', () => {
      expect([tokenizer.encode(source), tokenizer.encode(target)]).toEqual([
        pair.source_ids,
        pair.target_ids,
      ]);
    });

    test('finds words at the same tokens', () => {
      for (const [prompt, places] of [
        [source, pair.word_inds_source],
        [target, pair.word_inds_target],
      ] as const) {
        for (const [word, tokens] of Object.entries(places)) {
          expect(wordTokens(tokenizer, prompt, word)).toEqual(tokens);
        }
        expect(words(prompt)).toEqual(referenceWords(tokenizer, prompt));
      }
    });

    test('swaps words by the same matrix, or refuses', () => {
      if (!pair.replace) {
        const [from, to] = [words(source).length, words(target).length];
        expect(() => replaceMapper(words(source), words(target), LENGTH)).toThrow(
          expect.objectContaining({
            code: 'PROMPTS_MISALIGNED',
            message: expect.stringMatching(
              new RegExp(`has ${from} words? and the target prompt ${to}\\. Use refine`),
            ),
          }),
        );
        return;
      }
      expect([...replaceMapper(words(source), words(target), LENGTH, 'official').data]).toEqual(
        numbers(`${i}/replace_mapper`),
      );
    });

    test('refines by the same positions', () => {
      const { positions, alphas } = refineMapper(pair.source_ids, pair.target_ids, LENGTH, 'official');
      expect([...positions.data]).toEqual(numbers(`${i}/refine_mapper`));
      expect([...alphas.data]).toEqual(numbers(`${i}/refine_alphas`));
    });

    const weighed = pair.equalizer === undefined ? [] : [pair.equalizer];
    test.each(weighed)('weighs the same tokens', ({ words: names, values }) => {
      const weights = names.map((name, k) => ({
        tokens: wordTokens(tokenizer, target, name),
        weight: values[k]!,
      }));
      expect([...equalizer(weights, LENGTH).data]).toEqual(numbers(`${i}/equalizer`));
    });

    test('takes the source at the same steps', () => {
      const steps = pair.cross_replace_steps ?? {};
      const { default_ = [0, 1], ...own } = typeof steps === 'number' ? { default_: steps } : steps;
      const some = Object.entries(own).map(([word, interval]) => ({
        tokens: wordTokens(tokenizer, target, word),
        interval,
      }));
      expect([...timeAlphas(pair.num_steps, default_, some, LENGTH).data]).toEqual(
        numbers(`${i}/time_words_alpha`),
      );
    });
  },
);

describe('the reference count of words', () => {
  test.each([
    ['a cat', 1, [2]],
    ['a cat and a cat', 'cat', [2, 5]],
    ['a cat, a cat', 'cat', [5]],
    ['a cat', 'lion', []],
    ['a cat', 7, []],
  ])('of %j finds %j at %j', (prompt, word, tokens) => {
    expect(wordTokens(tokenizer, prompt, word)).toEqual(tokens);
  });

  test('drifts after a character of two bytes, where the engine does not', () => {
    // "café" is ca, f and two bytes; the second byte counts as a character too many.
    expect(referenceWords(tokenizer, 'a café cat').map(({ tokens }) => tokens)).toEqual([
      [1],
      [2, 3, 4],
      [5, 6],
    ]);
    expect(promptWords(tokenizer, 'a café cat').map(({ tokens }) => tokens)).toEqual([
      [1],
      [2, 3, 4, 5],
      [6],
    ]);
  });

  test('drifts after "#", which it takes for nothing', () => {
    expect(wordTokens(tokenizer, 'cat # cat', 2)).toEqual([]);
    expect(promptWords(tokenizer, 'cat # cat')[2]).toEqual({ text: 'cat', tokens: [3] });
  });
});

describe("a user's word", () => {
  const prompt = 'A cat, a red ball, a dog and a café dog';
  //             1 2,3  4 5   6,7   8 9  10  11 12-15 16
  test.each([
    ['cat', [2]],
    ['cat,', [2, 3]],
    ['Cat', [2]],
    ['DOG', [9, 16]],
    ['dog', [9, 16]],
    ['dog#1', [9]],
    ['dog#2', [16]],
    ['red ball', [5, 6]],
    [' red  ball ', [5, 6]],
    ['a', [4, 8, 11]],
    ['A', [1]],
    ['a#2', [8]],
    ['a dog', [8, 9]],
    ['café', [12, 13, 14, 15]],
    ['café dog', [12, 13, 14, 15, 16]],
  ])('%j is found', (phrase, tokens) => {
    expect(findWords(tokenizer, prompt, phrase)).toEqual(tokens);
  });

  test.each([
    // Composed and decomposed, either way round.
    ['a caf\u00e9 dog', 'cafe\u0301', ['caf\u00e9']],
    ['a cafe\u0301 dog', 'caf\u00e9', ['cafe\u0301']],
    ['a cafe\u0301 dog', 'CAF\u00c9 dog', ['cafe\u0301', 'dog']],
    // What is not seen: a soft hyphen, a joiner, a variation selector.
    ['a foot\u00adball dog', 'football', ['foot\u00adball']],
    ['a football dog', 'foot\u00adball', ['football']],
    ['a cat\u200d dog', 'cat', ['cat\u200d']],
    ['a heart\ufe0f dog', 'heart', ['heart\ufe0f']],
    // Signs that are typed for each other.
    ['a dog\u2019s ball', "dog's", ['dog\u2019s']],
    ['a black\u2011and\u2011white cat', 'black-and-white', ['black\u2011and\u2011white']],
    ['a \ufb01re dog', 'fire', ['\ufb01re']],
  ])('in %j, %j is found by its looks', (text, phrase, expected) => {
    const found = promptWords(tokenizer, text).filter((word) => expected.includes(word.text));
    expect(findWords(tokenizer, text, phrase)).toEqual(found.flatMap(({ tokens }) => tokens));
  });

  test('is found as it is written where others look like it', () => {
    const both = 'a caf\u00e9 and a cafe\u0301';
    const [first, second] = [1, 4].map((i) => [...promptWords(tokenizer, both)[i]!.tokens]);
    expect(findWords(tokenizer, both, 'caf\u00e9')).toEqual(first);
    expect(findWords(tokenizer, both, 'cafe\u0301')).toEqual(second);
  });

  test('that nobody sees is none', () => {
    expect(() => findWords(tokenizer, prompt, '\u00ad')).toThrow(
      expect.objectContaining({ code: 'WORD_NOT_FOUND' }),
    );
  });

  test.each([
    ["(the) dog's", "dog's", [4, 5]],
    ['the #2', '#2', [2, 3]],
    ['hello !!! cat', '!!!', [5, 6, 7]],
    ['black-and-white cat', 'black-and-white', [1, 2, 3, 4, 5]],
    ['two  cats\tsitting', 'cats sitting', [2, 3, 4, 5]],
  ])('in %j, %j is found', (text, phrase, tokens) => {
    expect(findWords(tokenizer, text, phrase)).toEqual(tokens);
  });

  test.each([
    ['lion', 'Its words are: A, cat, a, red, ball, a, dog, and, a, café, dog.'],
    ['red dog', 'Its words are'],
    ['', 'Its words are'],
    ['lion#2', 'Its words are'],
    ['dog#3', '"dog" 2 times'],
    ['dog#0', '"dog" 2 times'],
    ['cat#2', '"cat" once'],
  ])('%j is not there, and the message says what is', (phrase, words) => {
    expect(() => findWords(tokenizer, prompt, phrase)).toThrow(
      expect.objectContaining({ code: 'WORD_NOT_FOUND', message: expect.stringContaining(words) }),
    );
  });
});

describe('small alignments', () => {
  const word = (text: string, ...tokens: number[]) => ({ text, tokens });

  test('a word of one token spreads over one of two', () => {
    const swap = [[word('cat', 1)], [word('tiger', 1, 2)]] as const;
    // The end, in row 2, goes to column 3.
    const exact = replaceMapper(...swap, 4);
    expect([...exact.data]).toEqual([1, 0, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    // The official tail runs along the target's diagonal: column 3 takes row 3.
    const official = replaceMapper(...swap, 4, 'official');
    expect([...official.data]).toEqual([1, 0, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  test.each([
    ['a cat on a mat', 'a hippopotamus on a mat'],
    ['a hippopotamus on a mat', 'a cat on a mat'],
    ['a cat on a hippopotamus today', 'a hippopotamus on a cat today'],
  ])('replacing words of several tokens leaves no other word in the wrong place: %j -> %j', (...prompts) => {
    const [source, target] = prompts.map((prompt) => promptWords(tokenizer, prompt)) as [
      PromptWord[],
      PromptWord[],
    ];
    const { data } = replaceMapper(source, target, LENGTH);
    const sourcesOf = (token: number) =>
      Array.from({ length: LENGTH }, (_, i) => i).filter((i) => data[i * LENGTH + token] !== 0);
    for (const [i, { text, tokens }] of target.entries()) {
      const from = source[i]!;
      if (text === from.text) expect(tokens.flatMap(sourcesOf)).toEqual(from.tokens);
      else for (const token of tokens) expect(sourcesOf(token)).toEqual(from.tokens);
    }
    // So do the end, and the padding: of as many, or of the last.
    const [end, targetEnd] = prompts.map((prompt) => tokenizer.encode(prompt).length - 1) as [number, number];
    for (let token = targetEnd; token < LENGTH; token++) {
      expect(sourcesOf(token)).toEqual([Math.min(token - targetEnd + end, LENGTH - 1)]);
    }
  });

  test('the padding of a shortened prompt takes none of the words that went', () => {
    const [source, target] = [
      [9, 5, 6, 7, 8],
      [9, 5, 8],
    ] as const;
    expect([...refineMapper(source, target, 7).positions.data]).toEqual([0, 1, 4, 5, 5, 5, 6]);
    expect([...refineMapper(source, target, 7, 'official').positions.data]).toEqual([0, 1, 4, 3, 4, 5, 6]);
  });

  test('a word without tokens cannot be swapped', () => {
    expect(() => replaceMapper([word('cat', 1)], [word('')], 4)).toThrow(
      expect.objectContaining({ code: 'PROMPTS_MISALIGNED' }),
    );
  });

  test('a new token keeps its own map', () => {
    const { positions, alphas } = refineMapper([9, 5, 8], [9, 7, 5, 8], 6);
    expect([...positions.data]).toEqual([0, -1, 1, 2, 4, 5]);
    expect([...alphas.data]).toEqual([1, 0, 1, 1, 1, 1]);
  });

  test('positions as a matrix', () => {
    const { positions } = refineMapper([9, 8], [9, 7, 8], 3);
    expect([...gatherMatrix(positions).data]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0]);
  });

  test('a later weight wins', () => {
    const weights = [
      { tokens: [1, 2], weight: 3 },
      { tokens: [2], weight: -1 },
    ];
    expect([...equalizer(weights, 4).data]).toEqual([1, 3, -1, 1]);
  });

  test('a token with an interval of its own', () => {
    const alphas = timeAlphas(
      3,
      0.5,
      [
        { tokens: [1], interval: [0.25, 1] },
        { tokens: [2], interval: 0 },
      ],
      3,
    );
    expect([...alphas.data]).toEqual([1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0]);
  });
});

describe('the difference of prompts', () => {
  const difference = (source: string, target: string) => {
    const { kind, removed, added } = diffPrompts(
      promptWords(tokenizer, source),
      promptWords(tokenizer, target),
    );
    return [kind, removed.map(({ text }) => text).join(' '), added.map(({ text }) => text).join(' ')];
  };

  test.each([
    ['a cat', 'a cat', 'replace', '', ''],
    ['a cat on a mat', 'a dog on a bed', 'replace', 'cat mat', 'dog bed'],
    ['a cat', 'a cat on a mat', 'refine', '', 'on a mat'],
    ['a cat on a mat', 'a cat', 'refine', 'on a mat', ''],
    ['a dog', 'a watercolor of a small dog', 'refine', '', 'watercolor of a small'],
    ['a red ball', 'a blue shiny ball', 'refine', 'red', 'blue shiny'],
    ['', 'a cat', 'refine', '', 'a cat'],
    // As many words, but a word more here and one less there.
    ['a cat sitting on a bench', 'a black cat on a bench', 'refine', 'sitting', 'black'],
    ['a red ball on grass', 'a ball on grass today', 'refine', 'red', 'today'],
    // Place by place is as good: words that swap places are replaced by each other.
    ['a cat and a dog', 'a dog and a cat', 'replace', 'cat dog', 'dog cat'],
    // The same word, with its accent composed or not.
    ['a caf\u00e9 dog', 'a cafe\u0301 cat', 'replace', 'dog', 'cat'],
    ['a caf\u00e9 dog', 'a red cafe\u0301 dog', 'refine', '', 'red'],
    ['one two three', 'four five six', 'replace', 'one two three', 'four five six'],
  ])('%j -> %j is a %s', (source, target, ...expected) => {
    expect(difference(source, target)).toEqual(expected);
  });
});
