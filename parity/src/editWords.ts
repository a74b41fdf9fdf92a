/** @file What golden parameters say in words, as the tokens that attention control takes. */

import { z } from 'zod';
import type { CrossControl } from '../../daemon/src/attention/crossControl.ts';
import { equalizer, type TokenWeight } from '../../daemon/src/attention/equalizer.ts';
import { wordAlphas } from '../../daemon/src/attention/localBlend.ts';
import { gatherMatrix, refineMapper } from '../../daemon/src/attention/refineMapper.ts';
import { replaceMapper } from '../../daemon/src/attention/replaceMapper.ts';
import { timeAlphas } from '../../daemon/src/attention/timeAlphas.ts';
import type { Tokenizer } from '../../daemon/src/networks/tokenizer.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { referenceWords, wordTokens } from './referenceWords.ts';

const Interval = z.union([z.number(), z.tuple([z.number(), z.number()])]);

/** `cross_replace_steps`: one interval for all words, or some words with their own. */
export const Steps = z.union([
  Interval,
  z.object({ default_: Interval.optional() }).catchall(Interval.optional()),
]);
export type Steps = z.infer<typeof Steps>;

/** Words of the source and of the target. */
export const WordPair = z.tuple([z.array(z.string()), z.array(z.string())]);
export type WordPair = z.infer<typeof WordPair>;

/** The weights of words of the target prompt. */
export const wordWeights = (
  tokenizer: Tokenizer,
  target: string,
  words: readonly string[],
  values: readonly number[],
): TokenWeight[] =>
  words.map((word, i) => ({ tokens: wordTokens(tokenizer, target, word), weight: values[i]! }));

/** The time alphas [T + 1, tokens]; a word that has no interval follows the default, from first to last. */
export function stepAlphas(tokenizer: Tokenizer, target: string, T: number, steps: Steps): Tensor {
  const intervals = typeof steps === 'number' || Array.isArray(steps) ? { default_: steps } : steps;
  const { default_ = [0, 1] as const, ...own } = intervals;
  const some = Object.entries(own).flatMap(([word, interval]) =>
    interval === undefined ? [] : [{ tokens: wordTokens(tokenizer, target, word), interval }],
  );
  return timeAlphas(T, default_, some, tokenizer.maxLength);
}

/** Rows [2, tokens] of LocalBlend: the named words of both prompts. */
export function blendAlphas(
  tokenizer: Tokenizer,
  { source, target }: { readonly source: string; readonly target: string },
  [sourceWords, targetWords]: WordPair,
): Tensor {
  const tokens = (prompt: string, words: readonly string[]) =>
    words.flatMap((word) => wordTokens(tokenizer, prompt, word));
  return wordAlphas(tokens(source, sourceWords), tokens(target, targetWords), tokenizer.maxLength);
}

/** What the cross-attention of an edit depends on. */
export interface ControlWords {
  readonly kind: 'replace' | 'refine';
  /** Words of the target, and how much each counts. */
  readonly eq?: readonly [readonly string[], readonly number[]] | undefined;
  readonly steps: Steps;
}

/** Replace or refine, reweighted, as the official controllers do it. */
export function editControl(
  tokenizer: Tokenizer,
  { source, target }: { readonly source: string; readonly target: string },
  { kind, eq: [words, weights] = [[], []], steps }: ControlWords,
  T: number,
): CrossControl {
  const length = tokenizer.maxLength;
  const common = {
    equalizer: equalizer(wordWeights(tokenizer, target, words, weights), length),
    timeAlphas: stepAlphas(tokenizer, target, T, steps),
    manner: 'official' as const,
  };
  if (kind === 'refine') {
    const { positions, alphas } = refineMapper(
      tokenizer.encode(source),
      tokenizer.encode(target),
      length,
      'official',
    );
    return { ...common, mapper: gatherMatrix(positions), alphas };
  }
  const mapper = replaceMapper(
    referenceWords(tokenizer, source),
    referenceWords(tokenizer, target),
    length,
    'official',
  );
  return { ...common, mapper, alphas: tensor([length], new Float32Array(length).fill(1)) };
}
