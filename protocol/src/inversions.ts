/** @file Inversions: what the engine has learned of a picture, kept on disk, so that edits start at once. */

import * as z from 'zod/mini';
import { AskedInversion, refuseFaults } from './heeding.ts';
import { askedBy } from './jobs.ts';
import { InvertRequest } from './kinds/invert.ts';
import { BlobHash } from './kinds/parts.ts';
import { method } from './method.ts';
import { submission } from './submission.ts';

export const InversionId = z
  .string()
  .check(z.regex(/^[0-9a-f]{64}$/), z.describe('the id of an inversion: 64 hex digits'));

export const InversionInfo = z.strictObject({
  id: InversionId,
  bytes: z.number().check(z.minimum(0), z.describe('on disk')),
  usedAt: z.number().check(z.describe('when it was last used, in ms since 1970')),
});
export type InversionInfo = z.infer<typeof InversionInfo>;

/** The options of an inversion, which every request may leave out. */
export const withDefaults = { inversion: z.prefault(AskedInversion, {}) };

const invertParams = {
  model: InvertRequest.shape.model,
  image: BlobHash,
  prompt: InvertRequest.shape.prompt,
  options: withDefaults.inversion,
};

export const inversionMethods = {
  'inversions.create': submission('invert', {
    summary: 'Learn a picture, so that its edits start at once; answers with a job',
    description: 'An inversion that is there already is reused: the job is then done at once.',
    params: invertParams,
    request: (params) => params,
    errors: ['MODEL_UNKNOWN', 'IMAGE_UNKNOWN', 'QUEUE_FULL'],
  }),
  'inversions.list': method({
    onlyReads: true,
    summary: 'The inversions that are kept, of those that your jobs have made or used',
    access: 'client',
    params: z.strictObject({}),
    result: z.strictObject({ inversions: z.array(InversionInfo) }),
    errors: [],
  }),
  'inversions.get': method({
    onlyReads: true,
    summary: 'Facts about one inversion',
    access: 'client',
    params: z.strictObject({ id: InversionId }),
    result: z.strictObject({ inversion: InversionInfo }),
    errors: ['INVERSION_UNKNOWN'],
  }),
  'inversions.attention': method({
    summary: 'Where each word of a prompt looks in an inverted picture, as one grey picture for each word',
    description: 'Takes a few seconds. Asks for what inversions.create was asked for.',
    access: 'client',
    params: z
      .strictObject(invertParams)
      .check(refuseFaults((params) => askedBy({ kind: 'invert', ...params }))),
    result: z.strictObject({
      words: z.array(
        z.strictObject({
          word: z.string(),
          image: BlobHash.check(z.describe('a grey PNG, white where the word looks; images.get has it')),
        }),
      ),
    }),
    errors: ['MODEL_UNKNOWN', 'IMAGE_UNKNOWN', 'INVERSION_UNKNOWN', 'ENGINE_CRASHED'],
  }),
  'inversions.delete': method({
    summary: 'Forget an inversion; the picture can be learned again',
    description: 'Other clients whose jobs have made or used it keep it.',
    access: 'client',
    params: z.strictObject({ id: InversionId }),
    result: z.strictObject({ deleted: z.boolean().check(z.describe('false when there was none')) }),
    errors: [],
  }),
};
