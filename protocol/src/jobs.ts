/**
 * @file Jobs: what the daemon works on. A request says everything that its result depends on, so that a job can be kept
 * on disk, resumed, and asked for again.
 */

import * as z from 'zod/mini';
import { ERROR_CODES, type ErrorCode } from './errors.ts';
import type { Asked } from './heeding.ts';
import { edit } from './kinds/edit.ts';
import { generate } from './kinds/generate.ts';
import { invert } from './kinds/invert.ts';
import type { BlobHash } from './kinds/parts.ts';
import { style } from './kinds/style.ts';
import { Notice } from './notices.ts';
import { Facts } from './sentence.ts';

/**
 * Every kind of job: its request, its result, what a request chooses among options, and the pictures that it needs. What
 * is true of all kinds is made of this table.
 */
export const JOB_KINDS = { invert, edit, style, generate };
export type Kind = keyof typeof JOB_KINDS;

type Kinds = typeof JOB_KINDS;
const KINDS = Object.values(JOB_KINDS);

/** What a job does, complete and serialisable. */
export const JobRequest = z.discriminatedUnion(
  'kind',
  KINDS.map(({ request }) => request) as unknown as readonly [Kinds[Kind]['request']],
);
/** Of one kind, or of any. */
export type JobRequest<K extends Kind = Kind> = { [P in K]: z.infer<Kinds[P]['request']> }[K];

/** What a finished job has made, by its kind. */
export const JobResult = z.union(
  KINDS.map(({ result }) => result) as unknown as readonly [Kinds[Kind]['result']],
);
export type JobResult<K extends Kind = Kind> = { [P in K]: z.infer<Kinds[P]['result']> }[K];

/** What can be told of a request by its kind. */
type KindOf<K extends Kind> = {
  readonly asked: (request: JobRequest<K>) => Asked | null;
  readonly pictures: (request: JobRequest<K>) => BlobHash[];
};
const BY_KIND: { readonly [K in Kind]: KindOf<K> } = JOB_KINDS;
const kindOf = <K extends Kind>(request: JobRequest<K>): KindOf<K> => BY_KIND[request.kind as K];

/** Whether a result, if there is one, is such as a job of the request's kind makes. */
const isOfKind = (request: JobRequest, result: JobResult | undefined): boolean =>
  result === undefined || JOB_KINDS[request.kind].result.safeParse(result).success;

/** The pictures that a request needs. */
export const picturesOf = <K extends Kind>(request: JobRequest<K>): BlobHash[] =>
  kindOf(request).pictures(request);

/** What a request chooses among options; null where there are none that hang on each other. */
export const askedBy = <K extends Kind>(request: JobRequest<K>): Asked | null =>
  kindOf(request).asked(request);

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

const errorCodes = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

const time = (description: string) => z.number().check(z.describe(`${description}, in ms since 1970`));

/** The whole story of one job. */
export const JobRecord = z
  .strictObject({
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
      .optional(z.strictObject({ code: z.enum(errorCodes), message: z.string(), facts: z.optional(Facts) }))
      .check(
        z.describe('of a failed job: a stable code, a sentence that says what to do, and its facts by name'),
      ),
    position: z
      .optional(z.int().check(z.minimum(1)))
      .check(z.describe('of a queued job: 1 is the next to run')),
  })
  .check(z.refine(({ request, result }) => isOfKind(request, result), 'the result is that of another kind'));
export type JobRecord = z.infer<typeof JobRecord>;
