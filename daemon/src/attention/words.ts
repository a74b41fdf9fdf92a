/** @file Which tokens of a prompt belong to which word, as a user names words. */

import { PalimpsestError, plainPrompt, sentence, withoutPunctuation } from '@palimpsest/protocol';
import { type PromptWord, promptWords, type Tokenizer } from '../networks/tokenizer.ts';

/**
 * Token positions of what a user calls a word: "cat" (every cat), "dog#2" (the second dog), or a phrase
 * "red ball". Finds "cat" in "a cat, a dog" without the comma's token. Where there is no "cat", it finds "Cat", or a
 * word that looks the same.
 *
 * @throws {PalimpsestError} WORD_NOT_FOUND, listing the words that are there.
 */
export function findWords(tokenizer: Tokenizer, prompt: string, phrase: string): number[] {
  const words = promptWords(tokenizer, prompt).map((word) => namedWord(tokenizer, word));
  const whole = findPhrase(words, phrase);
  if (whole.length > 0) return whole.flat();

  const [, name, ordinal] = /^(.+)#(\d+)$/.exec(phrase.trim()) ?? [];
  const places = name === undefined ? [] : findPhrase(words, name);
  const place = places[Number(ordinal) - 1];
  if (place !== undefined) return place;
  if (places.length > 0) {
    throw new PalimpsestError(
      'WORD_NOT_FOUND',
      sentence`The prompt has "${{ word: name ?? '' }}" ${{ count: places.length === 1 ? sentence`once` : sentence`${{ times: places.length }} times` }}, so there is no "${{ phrase }}".`,
    );
  }
  throw new PalimpsestError(
    'WORD_NOT_FOUND',
    sentence`"${{ phrase }}" is not in the prompt "${{ prompt }}". Its words are: ${{ words: words.map(({ bare }) => bare.text) }}.`,
  );
}

/**
 * Of options that say something about single words of a prompt, the tokens of each. Where two speak of the same tokens, the
 * later one counts: "cat" and then "cat#2" is a rule with its exception.
 *
 * @param option how it is called, for people.
 * @throws {PalimpsestError} WORD_NOT_FOUND; OPTION_INVALID when later ones leave nothing of one.
 */
export function findEach<T extends { readonly word: string }>(
  tokenizer: Tokenizer,
  prompt: string,
  option: string,
  entries: readonly T[],
): (T & { readonly tokens: readonly number[] })[] {
  const found = entries.map((entry) => ({ ...entry, tokens: findWords(tokenizer, prompt, entry.word) }));
  const taken = new Set<number>();
  for (const { word, tokens } of found.toReversed()) {
    if (tokens.every((token) => taken.has(token))) {
      throw new PalimpsestError(
        'OPTION_INVALID',
        sentence`The ${{ option }} named for "${{ word }}" would not count: what comes after it names the same word again. Keep one of them.`,
      );
    }
    for (const token of tokens) taken.add(token);
  }
  return found;
}

/** A word as written, and without the punctuation around it. */
interface NamedWord {
  readonly written: PromptWord;
  readonly bare: PromptWord;
}

function namedWord(tokenizer: Tokenizer, written: PromptWord): NamedWord {
  const { before, bare: text, after } = withoutPunctuation(written.text);
  if (text === '') return { written, bare: written };
  const [head, body, tail] = [before, text, after].map((part) => tokenizer.encode(part).length - 2);
  // CLIP splits between letters and punctuation, except in contractions, which stay whole.
  const splits = head! + body! + tail! === written.tokens.length;
  const tokens = splits ? written.tokens.slice(head, head! + body!) : written.tokens;
  return { written, bare: { text, tokens } };
}

/** How words are compared, the strictest way first: a looser one is tried only where nothing was found. */
const FOLDS: readonly ((text: string) => string)[] = [
  (text) => text,
  asItLooks,
  (text) => withoutCase(asItLooks(text)),
];

/** By way of capitals, so that "STRASSE" is "straße"; without the dot that the Turkish "İ" leaves in lower case. */
const withoutCase = (text: string): string =>
  text
    .toUpperCase()
    .toLowerCase()
    .replace(/i\u0307/g, 'i');

/** One spelling of what looks the same: composed accents, plain apostrophes and dashes, no invisible characters. */
function asItLooks(text: string): string {
  return plainPrompt(text)
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/\p{Dash_Punctuation}/gu, '-');
}

/** The tokens of the phrase, wherever it occurs. */
function findPhrase(words: readonly NamedWord[], phrase: string): number[][] {
  const parts = phrase.split(/\p{White_Space}+/u).filter((part) => asItLooks(part) !== '');
  for (const fold of FOLDS) {
    const places = placesOf(words, parts, fold);
    if (places.length > 0) return places;
  }
  return [];
}

function placesOf(
  words: readonly NamedWord[],
  parts: readonly string[],
  fold: (text: string) => string,
): number[][] {
  if (parts.length === 0) return [];
  const wanted = parts.map(fold);
  const read = words.map(({ bare, written }) =>
    [bare, written].map((word) => ({ ...word, text: fold(word.text) })),
  );
  const places: number[][] = [];
  for (let start = 0; start + wanted.length <= read.length; start++) {
    const found = wanted.map((part, i) => read[start + i]!.find(({ text }) => text === part));
    if (found.every((word) => word !== undefined)) places.push(found.flatMap(({ tokens }) => tokens));
  }
  return places;
}
