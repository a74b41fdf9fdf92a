/** @file The kind of job that edits a picture with words. */

import * as z from 'zod/mini';
import { type Asked, KeptEdit, KeptInversion } from '../heeding.ts';
import { BlobHash, DRAWN_FACTS, INVERSION_FACTS, ModelName, Prompt } from './parts.ts';

export const EditRequest = z.strictObject({
  kind: z.literal('edit'),
  model: ModelName,
  image: BlobHash,
  source: Prompt,
  target: Prompt,
  inversion: KeptInversion,
  edit: KeptEdit,
  mask: z.optional(BlobHash),
});
export type EditRequest = z.infer<typeof EditRequest>;

export const EditResult = z.strictObject({
  ...DRAWN_FACTS,
  ...INVERSION_FACTS,
  kind: z
    .enum(['replace', 'refine'])
    .check(z.describe('the kind of edit that was done, where it was left to the prompts')),
});

export const edit = {
  request: EditRequest,
  result: EditResult,
  asked: ({ inversion, edit, mask }: EditRequest): Asked => ({
    chosen: { inversion, edit, masked: mask !== undefined },
    places: { inversion: 'inversion', edit: 'edit' },
  }),
  pictures: ({ image, mask }: EditRequest): BlobHash[] => [image, ...(mask === undefined ? [] : [mask])],
};
