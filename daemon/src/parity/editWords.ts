/** @file What golden parameters say in words, as the tokens that attention control takes. */

import { z } from 'zod';
import type { TokenWeight } from '../attention/equalizer.ts';
import { wordAlphas } from '../attention/localBlend.ts';
import { timeAlphas } from '../attention/timeAlphas.ts';
import { wordTokens } from '../attention/words.ts';
import type { Tokenizer } from '../models/tokenizer.ts';
import type { Tensor } from '../tensor/tensor.ts';

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
