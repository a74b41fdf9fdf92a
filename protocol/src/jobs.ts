/**
 * @file Jobs: what the daemon works on. A request says everything that its result depends on, so that a job can be kept
 * on disk, resumed, and asked for again.
 */

import * as z from 'zod/mini';
import { ERROR_CODES, type ErrorCode } from './errors.ts';
import { Notice } from './notices.ts';
import {
  EditOptions,
  GenerateOptions,
  InversionOptions,
  MAX_PROMPT_LENGTH,
  StyleOptions,
} from './options.ts';

/** A picture by its content: the same bytes have the same name everywhere. */
export const BlobHash = z
  .string()
  .check(
    z.regex(/^sha256:[0-9a-f]{64}$/),
    z.describe('a picture by the sha256 of its bytes, as sha256: and 64 hex digits'),
  );
export type BlobHash = z.infer<typeof BlobHash>;

/** Names of models are those of `models.list`; a path never crosses the wire. */
export const ModelName = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(100),
    z.regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u),
    z.describe('the name of a model, as models.list gives it'),
  );
export type ModelName = z.infer<typeof ModelName>;

/** Words for the text encoder. */
export const Prompt = z.string().check(z.maxLength(MAX_PROMPT_LENGTH), z.describe('words in plain language'));

export const InvertRequest = z.strictObject({
  kind: z.literal('invert'),
  model: ModelName,
  image: BlobHash,
  prompt: Prompt,
  options: InversionOptions,
});
export type InvertRequest = z.infer<typeof InvertRequest>;

export const EditRequest = z.strictObject({
  kind: z.literal('edit'),
  model: ModelName,
  image: BlobHash,
  source: Prompt,
  target: Prompt,
  inversion: InversionOptions,
  edit: EditOptions,
  mask: z.optional(BlobHash),
});
export type EditRequest = z.infer<typeof EditRequest>;

export const StyleRequest = z.strictObject({
  kind: z.literal('style'),
  model: ModelName,
  image: BlobHash,
  source: Prompt,
  style: BlobHash,
  styleSource: Prompt,
  inversion: InversionOptions,
  options: StyleOptions,
});
export type StyleRequest = z.infer<typeof StyleRequest>;

export const GenerateRequest = z.strictObject({
  kind: z.literal('generate'),
  model: ModelName,
  prompt: Prompt,
  options: GenerateOptions,
});
export type GenerateRequest = z.infer<typeof GenerateRequest>;

/** What a job does, complete and serialisable. */
export const JobRequest = z.discriminatedUnion('kind', [
  InvertRequest,
  EditRequest,
  StyleRequest,
  GenerateRequest,
]);
export type JobRequest = z.infer<typeof JobRequest>;

export const JobState = z
  .enum(['queued', 'running', 'done', 'failed', 'cancelled'])
  .check(z.describe('done, failed and cancelled are final'));
export type JobState = z.infer<typeof JobState>;

export const JobPriority = z
  .enum(['interactive', 'batch'])
  .check(z.describe('interactive goes first: somebody waits for it'));
export type JobPriority = z.infer<typeof JobPriority>;

/** Where a running job stands. */
export const JobProgress = z.strictObject({
  stage: z
    .enum(['invert', 'optimise', 'edit', 'generate'])
    .check(
      z.describe(
        'invert: walking from the picture to noise; optimise: learning the picture; edit and generate: drawing',
      ),
    ),
  step: z.int().check(z.minimum(0), z.describe('evaluations of this stage that are done')),
  total: z
    .int()
    .check(z.minimum(0), z.describe('evaluations of this stage; an upper bound where it may stop early')),
  losses: z
    .optional(z.strictObject({ latent: z.number(), attention: z.number() }))
    .check(z.describe('the two terms of the objective before the last step; only while optimising')),
  secondsLeft: z
    .nullable(z.number().check(z.minimum(0)))
    .check(z.describe('until the stage is done; null while nothing can be said')),
});
export type JobProgress = z.infer<typeof JobProgress>;

/** What a finished job has made. */
export const JobResult = z.strictObject({
  image: z.optional(BlobHash).check(z.describe('the picture, a PNG, of an edit or a drawing')),
  width: z.optional(z.int()).check(z.describe('of the picture, in pixels')),
  height: z.optional(z.int()).check(z.describe('of the picture, in pixels')),
  inversion: z.optional(z.string()).check(z.describe('the id of the inversion that was made or used')),
  canvas: z
    .optional(z.strictObject({ width: z.int(), height: z.int() }))
    .check(z.describe('of an inversion: the size in pixels that the picture was inverted at')),
  kind: z
    .optional(z.enum(['replace', 'refine']))
    .check(z.describe('the kind of edit that was done, where it was left to the prompts')),
  reused: z
    .optional(z.boolean())
    .check(z.describe('whether the inversion was there already, so that nothing had to be learned')),
});
export type JobResult = z.infer<typeof JobResult>;

const errorCodes = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

const time = (description: string) => z.number().check(z.describe(`${description}, in ms since 1970`));

/** The whole story of one job. */
export const JobRecord = z.strictObject({
  id: z.string(),
  owner: z.string().check(z.describe('the client that submitted it')),
  priority: JobPriority,
  request: JobRequest,
  state: JobState,
  createdAt: time('when it was submitted'),
  startedAt: z.optional(time('when it first left the queue')),
  finishedAt: z.optional(time('when it reached its final state')),
  progress: z.optional(JobProgress),
  notices: z
    .optional(z.array(z.string()))
    .check(z.describe('sentences about what the job does otherwise than may be thought')),
  remarks: z.optional(z.array(Notice)).check(z.describe('the notices, with codes and facts')),
  result: z.optional(JobResult),
  error: z
    .optional(z.strictObject({ code: z.enum(errorCodes), message: z.string() }))
    .check(z.describe('of a failed job: a stable code, and a sentence that says what to do')),
  position: z
    .optional(z.int().check(z.minimum(1)))
    .check(z.describe('of a queued job: 1 is the next to run')),
});
export type JobRecord = z.infer<typeof JobRecord>;
