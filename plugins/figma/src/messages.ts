/**
 * @file What the two halves of the plugin say to each other: the panel asks, the sandbox answers, and tells when the
 * selection changes. Both halves parse what they get, since other frames can post messages, too.
 */

import {
  ByteArray,
  HostErrorCode,
  KeptText,
  Layer,
  Length,
  Matrix,
  NoticeKind,
  PlacedResult,
  Side,
} from '@palimpsest/sdk/host-data';
import * as z from 'zod/mini';

const Id = z.string().check(z.maxLength(1000));

/** A picture that shows a layer's box, and maybe more than that, or turned. */
export const RawPicture = z.object({
  /** A file as Figma has it: PNG, JPEG or GIF. */
  bytes: ByteArray,
  /** From the layer's box, in its units, to the picture, which is 1 wide and 1 high. */
  toPicture: Matrix,
  /** Of the layer, where it is in the picture's alpha; the picture is wanted without it. */
  opacity: z.number().check(z.positive(), z.maximum(1)),
  /** The layer's box. */
  width: Length,
  height: Length,
});
export type RawPicture = z.infer<typeof RawPicture>;

/** What is kept with a layer. */
export const Recalled = z.object({
  text: z.string(),
  /** It was kept with another layer, of which a person has copied this one. */
  isCopy: z.boolean(),
});
export type Recalled = z.infer<typeof Recalled>;

const Nothing = z.null();

/** What can be asked, with what, and what the answer is. */
export const QUESTIONS = {
  selection: { params: z.object({}), answer: z.array(Layer) },
  find: { params: z.object({ id: Id }), answer: z.nullable(Layer) },
  documentMark: { params: z.object({ mark: z.boolean() }), answer: z.nullable(z.string()) },
  exportPixels: { params: z.object({ id: Id, scale: Length }), answer: RawPicture },
  placeAll: { params: z.object({ placings: z.array(PlacedResult) }), answer: z.array(Layer) },
  remember: { params: z.object({ id: Id, text: KeptText }), answer: Nothing },
  recall: { params: z.object({ id: Id }), answer: z.nullable(Recalled) },
  readSetting: { params: z.object({ name: Id }), answer: z.nullable(z.string()) },
  writeSetting: { params: z.object({ name: Id, value: z.nullable(KeptText) }), answer: Nothing },
  notify: { params: z.object({ message: KeptText, kind: NoticeKind }), answer: Nothing },
  resize: { params: z.object({ width: Side, height: Side, done: z.boolean() }), answer: Nothing },
} as const;

export type QuestionName = keyof typeof QUESTIONS;
export type QuestionParams<Q extends QuestionName> = z.infer<(typeof QUESTIONS)[Q]['params']>;
export type Answer<Q extends QuestionName> = z.infer<(typeof QUESTIONS)[Q]['answer']>;

const QUESTION_NAMES = Object.keys(QUESTIONS) as [QuestionName, ...QuestionName[]];

/** From the panel to the sandbox. */
export const Question = z.object({
  id: z.int(),
  question: z.enum(QUESTION_NAMES),
  params: z.unknown(),
});
export type Question = z.infer<typeof Question>;

/** From the sandbox to the panel. */
export const Reply = z.union([
  z.object({ id: z.int(), answer: z.unknown() }),
  z.object({ id: z.int(), error: z.object({ code: HostErrorCode, message: z.string() }) }),
  z.object({ event: z.literal('selection') }),
]);
export type Reply = z.infer<typeof Reply>;
