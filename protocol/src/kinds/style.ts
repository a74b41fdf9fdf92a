/** @file The kind of job that gives a picture the style of another. */

import * as z from 'zod/mini';
import { type Asked, KeptInversion } from '../heeding.ts';
import { StyleOptions } from '../options.ts';
import { BlobHash, DRAWN_FACTS, INVERSION_FACTS, ModelName, Prompt } from './parts.ts';

export const StyleRequest = z.strictObject({
  kind: z.literal('style'),
  model: ModelName,
  image: BlobHash,
  source: Prompt,
  style: BlobHash,
  styleSource: Prompt,
  inversion: KeptInversion,
  options: StyleOptions,
});
export type StyleRequest = z.infer<typeof StyleRequest>;

/** The inversion is the style picture's. */
export const StyleResult = z.strictObject({ ...DRAWN_FACTS, ...INVERSION_FACTS });

export const style = {
  request: StyleRequest,
  result: StyleResult,
  asked: ({ inversion, options }: StyleRequest): Asked => ({
    chosen: { inversion, style: options },
    places: { inversion: 'inversion', style: 'options' },
  }),
  pictures: ({ image, style }: StyleRequest): BlobHash[] => [image, style],
};
