/**
 * @file What a job does differently than one may expect. The code is the contract, and the facts are its numbers and words,
 * so that each door can say which of its own controls helps; the text is whole without that.
 */

import * as z from 'zod/mini';

/** Stable codes, each with the situation that it tells: its facts. Comments, since plugins carry this along. */
const NOTICE_CODES = [
  /** Too few steps for a picture to come back: steps, better. */
  'STEPS_FEW',
  /** Fewer steps start further from the picture: steps, better. */
  'STEPS_UNEVEN',
  /** Null-text inversion at guidance 1 learns nothing: better. */
  'GUIDANCE_IDLE',
  /** Both prompts say the same, and no word has a strength: prompt. */
  'PROMPTS_EQUAL',
  /** Letters of another alphabet that look like Latin ones: word, meant, letters. */
  'ALPHABETS_MIXED',
  /** The strength of words in the syntax of other programs: part, words, factor. */
  'SYNTAX_STRENGTH',
  /** Words for a part of the steps in the syntax of other programs: part. */
  'SYNTAX_SCHEDULE',
  /** Words in turns in the syntax of other programs: part. */
  'SYNTAX_ALTERNATION',
  /** One of several words by lot, in the syntax of other programs: part. */
  'SYNTAX_WILDCARD',
  /** A keyword of other programs: part. */
  'SYNTAX_KEYWORD',
  /** A LoRA in the syntax of other programs: part, name, strength. */
  'SYNTAX_LORA',
  /** A network that cannot be used here: part. */
  'SYNTAX_NETWORK',
  /** An embedding, which cannot be used here: part. */
  'SYNTAX_EMBEDDING',
  /** The picture is transparent everywhere. */
  'PICTURE_INVISIBLE',
  /** The picture has more than 8 bits a channel, and the result has 8. */
  'PICTURE_DEEP',
  /** The file holds several pictures, and only the first is taken: frames. */
  'PICTURE_FRAMES',
  /** A size that is no multiple of the model's own: size, width, height, better. */
  'SIZE_UNEVEN',
  /** Drawn again unchanged, the picture does not come back well: decibels. */
  'PICTURE_POORLY_SEEN',
  /** Nothing changed that could be seen. */
  'CHANGE_NONE',
  /** What is done so that the job stays within the memory. */
  'MEMORY_SPARED',
  /** Of a daemon that gives no codes. */
  'OTHER',
] as const;
export type NoticeCode = (typeof NOTICE_CODES)[number];

export const Notice = z.strictObject({
  code: z.enum(NOTICE_CODES),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  text: z.string().check(z.describe('a sentence, without names of controls')),
});
export type Notice = z.infer<typeof Notice>;

/** The notices of a job, also where its daemon is older than their codes. */
export const noticesIn = (record: {
  readonly notices?: readonly string[] | undefined;
  readonly remarks?: readonly Notice[] | undefined;
}): readonly Notice[] =>
  record.remarks ?? (record.notices ?? []).map((text) => ({ code: 'OTHER', facts: {}, text }));
