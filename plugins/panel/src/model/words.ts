/** @file What two prompts say about each other, for people: which words go, which come, which stand for which. */

import {
  diffPrompts,
  type EditKind,
  type PlacedWord,
  plainPrompt,
  withoutPunctuation,
  wordsOf,
} from '@palimpsest/protocol';
import { promptNotices } from '@palimpsest/protocol/prompt-notices';

/** A word that can be named to the daemon. */
export interface NamedWord extends PlacedWord {
  /** Without punctuation, and with its number where it occurs more than once: "dog", "dog#2". */
  readonly name: string;
}

export interface Reading {
  readonly kind: EditKind;
  readonly source: readonly NamedWord[];
  readonly target: readonly NamedWord[];
  readonly removed: readonly NamedWord[];
  readonly added: readonly NamedWord[];
}

/** Reads two prompts side by side. */
export function readPrompts(sourcePrompt: string, targetPrompt: string): Reading {
  const [source, target] = [namedWords(sourcePrompt), namedWords(targetPrompt)];
  return { source, target, ...diffPrompts(source, target) };
}

/**
 * The word of the source whose place a word of the target takes. What was added where others were removed takes theirs,
 * the last for the last, as "tiger cub" does for "dog". What was only added has no place of its own: it belongs to the
 * next word that has one, as "red" does in "a red dog", or to the one before.
 */
export function partnerOf(
  { kind, source, target, removed, added }: Reading,
  word: NamedWord,
): NamedWord | null {
  const index = target.indexOf(word);
  if (kind === 'replace') return source[index] ?? null;
  const kept = source.filter((other) => !removed.includes(other));
  const partners = target.map((other) => (added.includes(other) ? null : kept.shift()));
  if (partners[index]) return partners[index];
  const before = partners.slice(0, index).findLast((partner) => partner) ?? null;
  const after = partners.slice(index).find((partner) => partner) ?? null;
  // Between the same two words that stayed.
  const gone = source.slice(
    before ? source.indexOf(before) + 1 : 0,
    after ? source.indexOf(after) : undefined,
  );
  const further = partners.slice(index + 1).findIndex((partner) => partner);
  const fromTheEnd = further < 0 ? target.length - 1 - index : further;
  return gone.at(-1 - Math.min(fromTheEnd, gone.length - 1)) ?? after ?? before;
}

/**
 * What the difference means, in a sentence. Of prompts that are read otherwise than their writer may think, it says how
 * they stand there, and not what is meant.
 */
export function sentenceAbout(reading: Reading, weights: ReadonlyMap<string, number>): string {
  const { kind, removed, added } = reading;
  const parts: string[] = [];
  const list = (words: readonly NamedWord[]) => words.map(({ text }) => `“${text}”`).join(', ');
  if (kind === 'replace' && added.length > 0) {
    parts.push(`replaces ${list(removed)} with ${list(added)}`);
  } else {
    if (added.length > 0) parts.push(`adds ${list(added)}`);
    if (removed.length > 0) parts.push(`leaves out ${list(removed)}`);
  }
  if (weights.size > 0) {
    parts.push(`changes the strength of ${[...weights.keys()].map((name) => `“${name}”`).join(', ')}`);
  }
  if (parts.length === 0) return '';
  const isMisread = [...removed, ...added].some(({ text }) => promptNotices(text).length > 0);
  return `${isMisread ? 'Read as it stands, this' : 'This'} ${parts.join(', and ')}.`;
}

function namedWords(prompt: string): NamedWord[] {
  const words = wordsOf(prompt)
    .map((word) => ({ ...word, bare: bareName(plainPrompt(word.text)) }))
    .filter(({ bare }) => bare !== '');
  const seen = new Map<string, number>();
  return words.map(({ bare, ...word }) => {
    const count = (seen.get(bare) ?? 0) + 1;
    seen.set(bare, count);
    const once = words.filter((other) => other.bare === bare).length === 1;
    return { ...word, name: once ? bare : `${bare}#${count}` };
  });
}

/** What a word is called; punctuation alone is called what it is. */
const bareName = (text: string): string => withoutPunctuation(text).bare || text;
