/**
 * @file What a job does otherwise than may be thought. The code is the contract and the facts are its numbers and words, so
 * that each door can say which of its own controls helps; the text is whole without that.
 */

import * as z from 'zod/mini';

/** Stable codes, each with the situation that it tells and its facts. */
export const NOTICE_CODES = {
  STEPS_FEW: 'too few steps for a picture to come back: steps, better',
  STEPS_UNEVEN: 'fewer steps start further from the picture: steps, better',
  GUIDANCE_IDLE: 'null-text inversion at guidance 1 learns nothing: better',
  PROMPTS_EQUAL: 'both prompts say the same, and no word has a strength: prompt',
  ALPHABETS_MIXED: 'letters of another alphabet that look like Latin ones: word, meant, letters',
  SYNTAX_STRENGTH: 'the strength of words in the way of other programs: part, words, factor',
  SYNTAX_SCHEDULE: 'words for a part of the steps in the way of other programs: part',
  SYNTAX_ALTERNATION: 'words in turns in the way of other programs: part',
  SYNTAX_KEYWORD: 'a keyword of other programs: part',
  SYNTAX_LORA: 'a LoRA in the way of other programs: part, name, strength',
  SYNTAX_NETWORK: 'a network that cannot be used here: part',
  SYNTAX_EMBEDDING: 'an embedding, which cannot be used here: part',
  PICTURE_INVISIBLE: 'the picture is transparent everywhere',
  MEMORY_SPARED: 'what is done so that the job stays within the memory',
  OTHER: 'of a daemon that gives no codes',
} as const;

export type NoticeCode = keyof typeof NOTICE_CODES;

const codes = Object.keys(NOTICE_CODES) as [NoticeCode, ...NoticeCode[]];

export const Notice = z.strictObject({
  code: z.enum(codes).check(z.describe('a stable code')),
  facts: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .check(z.describe('its words and numbers, by name')),
  text: z.string().check(z.describe('a sentence for people, which names no control of any client')),
});
export type Notice = z.infer<typeof Notice>;

/** The notices of a job, also where its daemon is older than their codes. */
export const noticesIn = (record: {
  readonly notices?: readonly string[] | undefined;
  readonly remarks?: readonly Notice[] | undefined;
}): readonly Notice[] =>
  record.remarks ?? (record.notices ?? []).map((text) => ({ code: 'OTHER', facts: {}, text }));
