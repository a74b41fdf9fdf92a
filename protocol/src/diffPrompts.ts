/** @file What the user changed between two prompts, and which edit follows from it. */

import { plainPrompt } from './plainPrompt.ts';

/** A word of a prompt; callers keep more with it. */
export interface Word {
  readonly text: string;
}

/** Swap words one for one, or keep what the prompts share and add the rest. */
export const EDIT_KINDS = ['replace', 'refine'] as const;
export type EditKind = (typeof EDIT_KINDS)[number];

/** The words that differ, in order; what both prompts share is in neither list. */
export interface PromptDifference<W extends Word> {
  readonly kind: EditKind;
  readonly removed: readonly W[];
  readonly added: readonly W[];
}

/** A word and its place among the prompt's characters. */
export interface PlacedWord extends Word {
  readonly start: number;
  readonly end: number;
}

/** Whether two words are one to the model: it sees no case, nor what is invisible, and its tokenizer composes accents. */
export const isSameWord = (a: Word, b: Word): boolean => a.text === b.text || asRead(a) === asRead(b);

const asRead = ({ text }: Word): string => plainPrompt(text).normalize().toLowerCase();

/** The words of a prompt as everybody counts them: split at white space. */
export const wordsOf = (prompt: string): PlacedWord[] =>
  [...prompt.matchAll(/\P{White_Space}+/gu)].map(({ 0: text, index }) => ({
    text,
    start: index,
    end: index + text.length,
  }));

const isBare = (sign: string): boolean => !/[\p{P}\p{S}]/u.test(sign);

/** A word as it stands in a prompt, taken apart: the punctuation and symbols around it, and what is left between them. */
export function withoutPunctuation(text: string): {
  readonly before: string;
  readonly bare: string;
  readonly after: string;
} {
  const signs = [...text];
  const first = signs.findIndex(isBare);
  if (first < 0) return { before: text, bare: '', after: '' };
  const end = signs.findLastIndex(isBare) + 1;
  const part = (from: number, to?: number) => signs.slice(from, to).join('');
  return { before: part(0, first), bare: part(first, end), after: part(end) };
}

/**
 * Compares two prompts word by word.
 *
 * Prompts of the same number of words are edited by replace where comparing them place by place leaves no more words to
 * change than their longest common subsequence does; others are edited by refine, and differ by what is outside of it. So
 * a word that moved, or came in while another went, does not take the place of an unrelated one.
 */
export function diffPrompts<W extends Word>(source: readonly W[], target: readonly W[]): PromptDifference<W> {
  const inOrder = outsideCommonWords(source, target);
  if (source.length === target.length) {
    const removed = source.filter((word, i) => !isSameWord(word, target[i]!));
    const added = target.filter((word, i) => !isSameWord(word, source[i]!));
    if (removed.length <= inOrder.removed.length) return { kind: 'replace', removed, added };
  }
  return { kind: 'refine', ...inOrder };
}

function outsideCommonWords<W extends Word>(
  source: readonly W[],
  target: readonly W[],
): { removed: W[]; added: W[] } {
  // Each word is read once, not once for each of the other prompt.
  const [from, to] = [source.map(asRead), target.map(asRead)];
  // common[i][j]: the length of the longest common subsequence of source from i on and target from j on.
  const common = Array.from({ length: source.length + 1 }, () =>
    new Array<number>(target.length + 1).fill(0),
  );
  for (let i = source.length - 1; i >= 0; i--) {
    for (let j = target.length - 1; j >= 0; j--) {
      common[i]![j] =
        from[i] === to[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const removed: W[] = [];
  const added: W[] = [];
  let i = 0;
  let j = 0;
  while (i < source.length || j < target.length) {
    if (i < source.length && j < target.length && from[i] === to[j]) {
      i += 1;
      j += 1;
    } else if (j === target.length || (i < source.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      removed.push(source[i++]!);
    } else {
      added.push(target[j++]!);
    }
  }
  return { removed, added };
}
