/** @file The kind of job that learns a picture, so that edits of it start at once. */

import * as z from 'zod/mini';
import { type Asked, KeptInversion } from '../heeding.ts';
import { BlobHash, INVERSION_FACTS, ModelName, Prompt } from './parts.ts';

export const InvertRequest = z.strictObject({
  kind: z.literal('invert'),
  model: ModelName,
  image: BlobHash,
  prompt: Prompt,
  options: KeptInversion,
});
export type InvertRequest = z.infer<typeof InvertRequest>;

export const InvertResult = z.strictObject({
  inversion: INVERSION_FACTS.inversion,
  canvas: z
    .strictObject({ width: z.int(), height: z.int() })
    .check(z.describe('the size in pixels that the picture was inverted at')),
  reused: INVERSION_FACTS.reused,
});

export const invert = {
  request: InvertRequest,
  result: InvertResult,
  asked: ({ options }: InvertRequest): Asked => ({
    chosen: { inversion: options },
    places: { inversion: 'options' },
  }),
  pictures: ({ image }: InvertRequest): BlobHash[] => [image],
};
