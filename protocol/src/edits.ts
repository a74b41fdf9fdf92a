/** @file Edits of a picture. Each answers with a job at once. */

import * as z from 'zod/mini';
import { AskedEdit, forgetUsualEdit } from './heeding.ts';
import { inversionMethods, withDefaults } from './inversions.ts';
import { EditRequest } from './kinds/edit.ts';
import { BlobHash } from './kinds/parts.ts';
import { EditOptions } from './options.ts';
import { submission } from './submission.ts';
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
};
const targetWords = described(target, 'what the picture should show');

/** All of an edit's options but those that the method itself decides. */
const someOptions = z.prefault(z.omit(EditOptions, { kind: true }).check(forgetUsualEdit), {});

/** Other editors would do nothing of the kind. */
const KINDS_ONLY = 'With the editors p2plus and p2p only.';

const errors = [...inversionMethods['inversions.create'].errors] as const;

export const editMethods = {
  'edits.create': submission('edit', {
    summary: 'Edit a picture with words: replace, refine and reweight, all together',
    description:
      'Learns the picture first if it has to. Words are checked by the job: a wrong one fails it with WORD_NOT_FOUND, one that is named twice with OPTION_INVALID.',
    params: { ...common, target: targetWords, edit: z.prefault(AskedEdit, {}) },
    request: (params) => params,
    errors,
  }),
  'edits.replace': submission('edit', {
    summary: 'Swap words one for one: both prompts have the same number of words',
    description: KINDS_ONLY,
    params: { ...common, target: targetWords, edit: someOptions },
    request: ({ edit, ...params }) => ({ ...params, edit: { ...edit, kind: 'replace' as const } }),
    errors,
  }),
  'edits.refine': submission('edit', {
    summary: 'Add words: the new prompt says more than the old one',
    description: KINDS_ONLY,
    params: { ...common, target: targetWords, edit: someOptions },
    request: ({ edit, ...params }) => ({ ...params, edit: { ...edit, kind: 'refine' as const } }),
    errors,
  }),
  'edits.reweight': submission('edit', {
    summary: 'Let words of the picture count more or less, without changing them',
    params: {
      ...common,
      weights: z
        .array(WordWeight)
        .check(z.minLength(1), z.maxLength(77), z.describe('words, and how much each counts')),
      edit: z.prefault(z.omit(EditOptions, { kind: true, weights: true }).check(forgetUsualEdit), {}),
    },
    request: ({ edit, weights, ...params }) => ({
      ...params,
      target: params.source,
      edit: { ...edit, kind: 'replace' as const, weights },
    }),
    errors,
  }),
};
