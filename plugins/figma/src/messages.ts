/**
 * @file What the two halves of the plugin say to each other: the panel asks, the sandbox answers, and tells when the
 * selection changes. Both halves parse what they get, since other frames can post messages, too.
 */

import * as z from 'zod/mini';

const Bytes = z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array);
const Id = z.string().check(z.maxLength(1000));
/** As the contract of hosts bounds it, with room to spare. */
const Text = z.string().check(z.maxLength(100_000));
const Side = z.int().check(z.positive());
const Length = z.number().check(z.positive());

/** As SVG has it: x' = a x + c y + e, y' = b x + d y + f. */
export const Matrix = z.readonly(
  z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]),
);
export type Matrix = z.infer<typeof Matrix>;

/** A layer, as the contract of hosts has it. */
export const Layer = z.object({
  id: Id,
  name: z.string(),
  width: Length,
  height: Length,
  transform: Matrix,
  naturalScale: z.nullable(z.number()),
});
export type Layer = z.infer<typeof Layer>;

/** A picture that shows a layer's box, and maybe more than that, or turned. */
export const RawPicture = z.object({
  /** A file as Figma has it: PNG, JPEG or GIF. */
  bytes: Bytes,
  /** From the layer's box, in its units, to the picture, which is 1 wide and 1 high. */
  toPicture: Matrix,
  /** Of the layer, where it is in the picture's alpha; the picture is wanted without it. */
  opacity: z.number().check(z.positive(), z.maximum(1)),
  /** The layer's box. */
  width: Length,
  height: Length,
});
export type RawPicture = z.infer<typeof RawPicture>;

const Placing = z.object({
  source: Layer,
  png: Bytes,
  /** Of the picture. */
  width: Side,
  height: Side,
  name: z.string(),
  memory: Text,
  sourceMemory: Text,
});
export type Placing = z.infer<typeof Placing>;

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
  placeAll: { params: z.object({ placings: z.array(Placing) }), answer: z.array(Layer) },
  remember: { params: z.object({ id: Id, text: Text }), answer: Nothing },
  recall: { params: z.object({ id: Id }), answer: z.nullable(Recalled) },
  readSetting: { params: z.object({ name: Id }), answer: z.nullable(z.string()) },
  writeSetting: { params: z.object({ name: Id, value: z.nullable(Text) }), answer: Nothing },
  notify: { params: z.object({ message: Text, kind: z.enum(['info', 'error']) }), answer: Nothing },
  resize: { params: z.object({ width: Side, height: Side, done: z.boolean() }), answer: Nothing },
} as const;

export type QuestionName = keyof typeof QUESTIONS;
export type Params<Q extends QuestionName> = z.infer<(typeof QUESTIONS)[Q]['params']>;
export type Answer<Q extends QuestionName> = z.infer<(typeof QUESTIONS)[Q]['answer']>;

const QUESTION_NAMES = Object.keys(QUESTIONS) as [QuestionName, ...QuestionName[]];

/** From the panel to the sandbox. */
export const Question = z.object({
  id: z.int(),
  question: z.enum(QUESTION_NAMES),
  params: z.unknown(),
});
export type Question = z.infer<typeof Question>;

export const ErrorCode = z.enum(['LAYER_GONE', 'LAYER_UNSUITABLE', 'EDITOR_FAILED']);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** From the sandbox to the panel. */
export const Reply = z.union([
  z.object({ id: z.int(), answer: z.unknown() }),
  z.object({ id: z.int(), error: z.object({ code: ErrorCode, message: z.string() }) }),
  z.object({ event: z.literal('selection') }),
]);
export type Reply = z.infer<typeof Reply>;
