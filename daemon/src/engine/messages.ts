/**
 * @file What the daemon and its engine process say to each other.
 *
 * Pictures do not cross: both sides have the blob store's folder, and a message names a hash.
 */

import {
  ERROR_CODES,
  type ErrorCode,
  type Fact,
  JOB_KINDS,
  JobProgress,
  JobRequest,
  JobResult,
  Notice,
  type Sentence,
} from '@palimpsest/protocol';
import { z } from 'zod';
import { DEVICES } from '../execution/deviceNames.ts';
import { PRECISIONS } from '../weights/precision.ts';

/** What an engine process is started with. */
export const EngineSettings = z.strictObject({
  /** Folders, as in settings/paths.ts. */
  graphs: z.string(),
  merged: z.string(),
  inversions: z.string(),
  blobs: z.string(),
  /** Processor threads; all when left out. */
  threads: z.int().positive().optional(),
  /** Where the networks run, and what the UNet computes in. */
  device: z.enum(DEVICES),
  precision: z.enum(PRECISIONS),
  /** Models that stay loaded, at least one, and the bytes of their weights together. */
  maxModels: z.int().positive(),
  maxModelBytes: z.number().positive(),
  /** What a job may take, in bytes. */
  memoryBudget: z.number().positive(),
});
export type EngineSettings = z.infer<typeof EngineSettings>;

/** A model by name and place; only the daemon knows places. */
const PlacedModel = z.strictObject({
  name: z.string(),
  folder: z.string(),
  imageEncoder: z.string().optional(),
  vae: z.string().optional(),
  loras: z
    .array(z.strictObject({ file: z.string(), strength: z.number() }))
    .readonly()
    .optional(),
});
export type PlacedModel = z.infer<typeof PlacedModel>;

const { request: Invert } = JOB_KINDS.invert;

/** Whose words' attention is asked for: an inversion that has been made, named as it was asked for. */
export const AttentionRequest = z.strictObject({
  model: Invert.shape.model,
  image: Invert.shape.image,
  prompt: Invert.shape.prompt,
  options: Invert.shape.options,
});
export type AttentionRequest = z.infer<typeof AttentionRequest>;

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** A word of the prompt and where it looks, as a grey PNG. */
export const WordPicture = z.strictObject({ word: z.string(), png: Bytes });
export type WordPicture = z.infer<typeof WordPicture>;

/** What the engine process is asked to do, one at a time. */
export const Task = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('run'), request: JobRequest, model: PlacedModel, preview: z.boolean() }),
  z.strictObject({ do: z.literal('attend'), request: AttentionRequest, model: PlacedModel }),
  z.strictObject({ do: z.literal('load'), model: PlacedModel }),
  z.strictObject({ do: z.literal('unload'), name: z.string() }),
]);
export type Task = z.infer<typeof Task>;

/** From the daemon to the engine. */
export const ToEngine = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('task'), task: Task }),
  z.strictObject({ type: z.literal('cancel') }),
  z.strictObject({ type: z.literal('preview'), wanted: z.boolean() }),
]);
export type ToEngine = z.infer<typeof ToEngine>;

const codes = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

const Told: z.ZodType<Sentence> = z.lazy(() =>
  z.strictObject({ template: z.string(), facts: z.record(z.string(), ToldFact) }),
);
const ToldFact: z.ZodType<Fact> = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()),
  z.strictObject({ place: z.string() }),
  z.strictObject({ foreign: z.string() }),
  z.strictObject({ id: z.string(), called: z.string() }),
  z.strictObject({ bytes: z.number() }),
  z.strictObject({ oneOf: z.array(z.string()) }),
  Told,
]);

/** An error as it crosses, and as it is kept. */
export const Failure = z.strictObject({ code: z.enum(codes), sentence: Told });
export type Failure = z.infer<typeof Failure>;

/** From the engine to the daemon. */
export const FromEngine = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({
    type: z.literal('progress'),
    progress: JobProgress,
    rssBytes: z.number(),
  }),
  z.strictObject({ type: z.literal('preview'), png: Bytes }),
  z.strictObject({ type: z.literal('notice'), notice: Notice }),
  /** For the daemon's log: damage that was mended. */
  z.strictObject({ type: z.literal('log'), sentence: z.string() }),
  z.strictObject({
    type: z.literal('done'),
    outcome: z.discriminatedUnion('of', [
      z.strictObject({ of: z.literal('run'), result: JobResult }),
      z.strictObject({ of: z.literal('attend'), words: z.array(WordPicture) }),
      z.strictObject({ of: z.literal('load') }),
      z.strictObject({ of: z.literal('unload') }),
      z.strictObject({ of: z.literal('error'), failure: Failure }),
    ]),
    /** Names of the loaded models, least recently used first. */
    models: z.array(z.string()),
    rssBytes: z.number(),
  }),
]);
export type FromEngine = z.infer<typeof FromEngine>;

/** How a task ended. */
export type Outcome = Extract<FromEngine, { type: 'done' }>['outcome'];
