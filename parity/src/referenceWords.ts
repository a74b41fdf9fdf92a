/** @file Which tokens of a prompt belong to which word, by the reference's count. */

import type { PromptWord, Tokenizer } from '../../daemon/src/networks/tokenizer.ts';

/**
 * The words of a prompt as Prompt-to-Prompt counts them (seq_aligner.py, `get_word_inds`), quirks included.
 *
 * The prompt is split at single spaces and token texts are laid along the words by their length alone. So
 * "#" counts as nothing and each piece of a multi-byte character as one, and both shift the words after
 * them. The engine's own count is `promptWords`; this one is for parity with the reference.
 */
export function referenceWords(tokenizer: Tokenizer, prompt: string): PromptWord[] {
  const words = prompt.split(' ').map((text) => ({ text, tokens: [] as number[] }));
  const pieces = tokenizer.encode(prompt).slice(1, -1);
  let current = 0;
  let length = 0;
  for (const [i, id] of pieces.entries()) {
    const word = words[current];
    // The reference fails with an IndexError here: more token text than words.
    if (word === undefined) break;
    word.tokens.push(i + 1);
    length += [...tokenizer.decodeToken(id).replace(/^#+|#+$/g, '')].length;
    if (length >= [...word.text].length) {
      current += 1;
      length = 0;
    }
  }
  return words;
}

/**
 * Token positions of a word as the reference finds them: of the word at an index, or of every word that is
 * equal, as written, punctuation being part of a word. Empty when there is none.
 */
export function wordTokens(tokenizer: Tokenizer, prompt: string, word: number | string): number[] {
  const isMeant = (text: string, index: number): boolean =>
    typeof word === 'number' ? index === word : text === word;
  return referenceWords(tokenizer, prompt)
    .filter(({ text }, index) => isMeant(text, index))
    .flatMap(({ tokens }) => tokens);
}
