/** @file The word-swap alignment of Prompt-to-Prompt (Hertz et al. 2022; seq_aligner.py). */

import { isSameWord, PalimpsestError, type Sentence, sentence } from '@palimpsest/protocol';
import type { PromptWord } from '../networks/tokenizer.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { Manner } from './manner.ts';

/**
 * How the maps of the source's tokens become maps of the target's tokens when words are swapped one for one.
 *
 * Tokens of unchanged words map to themselves, wherever they stand. A swapped word of as many tokens maps token by token,
 * another spreads 1 / (target tokens) over all pairs. The padding follows the end token in both prompts; where the target
 * has more of it, the rest follows the source's last.
 *
 * After the last swapped word the official code continues along the diagonal of the TARGET positions, so there the rest of
 * the sentence is misaligned where token counts differ.
 *
 * @param source words of the source prompt with their tokens, from `promptWords`.
 * @param target words of the target prompt, as many.
 * @param length tokens of a context.
 * @returns `[length, length]`, rows are source tokens, columns target tokens: target maps = source maps x this.
 * @throws {PalimpsestError} PROMPTS_MISALIGNED when the prompts differ in their number of words, or a swapped
 *   word has no tokens.
 */
export function replaceMapper(
  source: readonly PromptWord[],
  target: readonly PromptWord[],
  length: number,
  manner: Manner = 'exact',
): Tensor {
  if (source.length !== target.length) {
    throw new PalimpsestError(
      'PROMPTS_MISALIGNED',
      sentence`Replace swaps words one for one, but the source prompt has ${{ words: counted(source) }} and the target prompt ${{ target: target.length }}. Use refine, or give both prompts the same number of words.`,
    );
  }
  const swaps = source
    .map((word, i) => ({ from: word, to: target[i]! }))
    .filter(({ from, to }) => (manner === 'official' ? from.text !== to.text : !isSameWord(from, to)));
  for (const { from, to } of swaps) {
    if (from.tokens.length === 0 || to.tokens.length === 0) {
      throw new PalimpsestError(
        'PROMPTS_MISALIGNED',
        sentence`"${{ from: from.text }}" cannot be swapped for "${{ to: to.text }}": one of them has no tokens. Use refine instead.`,
      );
    }
  }

  const mapper = tensor([length, length]);
  const set = (from: number, to: number, weight: number): void => {
    if (from < length && to < length) mapper.data[from * length + to] = weight;
  };
  let next = 0;
  for (let i = 0, j = 0; j < length && (i < length || manner === 'exact'); ) {
    const swap = swaps[next];
    if (swap !== undefined && swap.from.tokens[0] === i) {
      spread(swap.from.tokens, swap.to.tokens, set);
      next += 1;
      i += swap.from.tokens.length;
      j += swap.to.tokens.length;
      continue;
    }
    const isOfficialTail = manner === 'official' && swap === undefined;
    set(isOfficialTail ? j : Math.min(i, length - 1), j, 1);
    i += 1;
    j += 1;
  }
  return mapper;
}

function spread(
  from: readonly number[],
  to: readonly number[],
  set: (from: number, to: number, weight: number) => void,
): void {
  if (from.length === to.length) {
    for (const [k, token] of from.entries()) set(token, to[k]!, 1);
    return;
  }
  for (const source of from) for (const target of to) set(source, target, 1 / to.length);
}

const counted = ({ length }: readonly PromptWord[]): Sentence =>
  length === 1 ? sentence`${{ source: length }} word` : sentence`${{ source: length }} words`;
