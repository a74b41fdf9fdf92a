/** @file At which steps the target's cross-attention is taken from the source (`get_time_words_attention_alpha`). */

import { type Tensor, tensor } from '../tensor/tensor.ts';

/** From and to, in parts of the whole edit; a plain number `a` means from 0 to `a`. */
export type Interval = number | readonly [from: number, to: number];

/** An interval of its own for some token positions. */
export interface TokenInterval {
  readonly tokens: readonly number[];
  readonly interval: Interval;
}

/**
 * `[steps + 1, length]`: 1 at the steps where a token's map comes from the source, 0 where it is the target's.
 *
 * The table has one row more than there are steps, and the reference's bounds are parts of its rows: row i is
 * 1 for int(from * (steps + 1)) <= i < int(to * (steps + 1)). The reference fails on a bound given as a whole
 * number (0 for 0.); here it is an interval like any other.
 *
 * @param all the interval of the tokens that have none of their own.
 */
export function timeAlphas(
  steps: number,
  all: Interval,
  some: readonly TokenInterval[],
  length: number,
): Tensor {
  const rows = steps + 1;
  const alphas = tensor([rows, length]);
  const everyToken = Array.from({ length }, (_, token) => token);
  for (const { tokens, interval } of [{ tokens: everyToken, interval: all }, ...some]) {
    const [from, to] = typeof interval === 'number' ? [0, interval] : interval;
    const first = Math.trunc(from * rows);
    const end = Math.trunc(to * rows);
    for (let i = 0; i < rows; i++) {
      for (const token of tokens) alphas.data[i * length + token] = i >= first && i < end ? 1 : 0;
    }
  }
  return alphas;
}
