/** @file The kind of job that draws a picture from words alone. */

import * as z from 'zod/mini';
import type { Asked } from '../heeding.ts';
import { GenerateOptions } from '../options.ts';
import { type BlobHash, DRAWN_FACTS, ModelName, Prompt } from './parts.ts';

export const GenerateRequest = z.strictObject({
  kind: z.literal('generate'),
  model: ModelName,
  prompt: Prompt,
  options: GenerateOptions,
});
export type GenerateRequest = z.infer<typeof GenerateRequest>;

export const GenerateResult = z.strictObject(DRAWN_FACTS);

export const generate = {
  request: GenerateRequest,
  result: GenerateResult,
  asked: (_: GenerateRequest): Asked | null => null,
  pictures: (_: GenerateRequest): BlobHash[] => [],
};
