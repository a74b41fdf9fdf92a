/** @file Words of a prompt, as options name them. */

import * as z from 'zod/mini';

/** Longer prompts are refused before a tokenizer sees them; CLIP takes 77 tokens, which are far fewer letters. */
export const MAX_PROMPT_LENGTH = 2000;

/** A longer word is no word. */
const MAX_WORD_LENGTH = 100;
/** A prompt has at most as many words as it has tokens. */
export const MAX_WORDS = 77;

const word = (description: string) =>
  z.string().check(z.minLength(1), z.maxLength(MAX_WORD_LENGTH), z.describe(description));
const words = (description: string) =>
  z
    .array(word('a word as it is written in the prompt'))
    .check(z.minLength(1), z.maxLength(MAX_WORDS), z.describe(description));

/** A factor on the attention that one word gets: 1 leaves it, 2 doubles it, 0 takes it away, below 0 turns it around. */
export const WordWeight = z.strictObject({
  word: word('a word of the new prompt'),
  weight: z
    .number()
    .check(
      z.minimum(-20),
      z.maximum(20),
      z.describe(
        '1 leaves it, 2 doubles it, 0 looks away from it, below 0 turns it around; the other words still know of it, so to remove a thing, leave its word out of the prompt',
      ),
    ),
});
export type WordWeight = z.infer<typeof WordWeight>;

/** Steps, as parts of the whole, in which one word's place follows the source picture. */
export const WordInterval = z
  .strictObject({
    word: word('a word of the new prompt'),
    from: z.number().check(z.minimum(0), z.maximum(1), z.describe('part of the steps at which it starts')),
    to: z.number().check(z.minimum(0), z.maximum(1), z.describe('part of the steps at which it ends')),
  })
  .check(z.refine(({ from, to }) => from <= to, 'an interval ends after it starts'));
export type WordInterval = z.infer<typeof WordInterval>;

/** Words of the source and of the target prompt that bound where an edit may act. */
export const BlendWordPair = z.strictObject({
  source: words('words of the source prompt'),
  target: words('words of the target prompt'),
});
export type BlendWordPair = z.infer<typeof BlendWordPair>;
