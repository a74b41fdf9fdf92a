/** @file Edits of a picture. Each answers with a job at once. */

import * as z from 'zod/mini';
import { AskedEdit, checksOfAskedEdit } from './heeding.ts';
import { inversionMethods, priority, Submitted, withDefaults } from './inversions.ts';
import { EditRequest } from './kinds/edit.ts';
import { BlobHash } from './kinds/parts.ts';
import { method } from './method.ts';
import { EditOptions } from './options.ts';
import { WordWeight } from './words.ts';

const { model, source, target } = EditRequest.shape;
const described = (schema: typeof source, description: string) => schema.check(z.describe(description));

const common = {
  model,
  image: BlobHash,
  source: described(source, 'what is in the picture'),
  mask: z
    .optional(BlobHash)
    .check(
      z.describe(
        'a picture of the same size, white where the other may change, black or transparent where not',
      ),
    ),
  inversion: withDefaults.inversion,
  priority,
};
const targetWords = described(target, 'what the picture should show');

/** All of an edit's options but those that the method itself decides. */
const someOptions = z.prefault(z.omit(EditOptions, { kind: true }).check(...checksOfAskedEdit(['kind'])), {});

/** Other editors would do nothing of the kind. */
const KINDS_ONLY = 'With the editors p2plus and p2p only.';

const errors = [...inversionMethods['inversions.create'].errors] as const;

export const editMethods = {
  'edits.create': method({
    summary: 'Edit a picture with words: replace, refine and reweight, all together',
    description:
      'Learns the picture first if it has to. Words are checked by the job: a wrong one fails it with WORD_NOT_FOUND, one that is named twice with OPTION_INVALID.',
    access: 'client',
    params: z.strictObject({ ...common, target: targetWords, edit: z.prefault(AskedEdit, {}) }),
    result: Submitted,
    errors,
  }),
  'edits.replace': method({
    summary: 'Swap words one for one: both prompts have the same number of words',
    description: KINDS_ONLY,
    access: 'client',
    params: z.strictObject({ ...common, target: targetWords, edit: someOptions }),
    result: Submitted,
    errors,
  }),
  'edits.refine': method({
    summary: 'Add words: the new prompt says more than the old one',
    description: KINDS_ONLY,
    access: 'client',
    params: z.strictObject({ ...common, target: targetWords, edit: someOptions }),
    result: Submitted,
    errors,
  }),
  'edits.reweight': method({
    summary: 'Let words of the picture count more or less, without changing them',
    access: 'client',
    params: z.strictObject({
      ...common,
      weights: z
        .array(WordWeight)
        .check(z.minLength(1), z.maxLength(77), z.describe('words, and how much each counts')),
      edit: z.prefault(
        z.omit(EditOptions, { kind: true, weights: true }).check(...checksOfAskedEdit(['kind', 'weights'])),
        {},
      ),
    }),
    result: Submitted,
    errors,
  }),
};
