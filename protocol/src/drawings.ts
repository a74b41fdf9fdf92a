/** @file Pictures from words alone. The method answers with a job at once. */

import * as z from 'zod/mini';
import { priority, Submitted } from './inversions.ts';
import { GenerateRequest } from './kinds/generate.ts';
import { method } from './method.ts';
import { GenerateOptions } from './options.ts';

export const drawingMethods = {
  generate: method({
    summary: 'Draw a picture from words alone',
    access: 'client',
    params: z.strictObject({
      model: GenerateRequest.shape.model,
      prompt: GenerateRequest.shape.prompt.check(z.describe('what the picture should show')),
      options: z.prefault(GenerateOptions, {}),
      priority,
    }),
    result: Submitted,
    errors: ['MODEL_UNKNOWN', 'QUEUE_FULL'],
  }),
};
