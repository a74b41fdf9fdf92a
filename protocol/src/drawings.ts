/** @file Pictures from words alone. The method answers with a job at once. */

import * as z from 'zod/mini';
import { GenerateRequest } from './kinds/generate.ts';
import { GenerateOptions } from './options.ts';
import { submission } from './submission.ts';

export const drawingMethods = {
  generate: submission('generate', {
    summary: 'Draw a picture from words alone',
    params: {
      model: GenerateRequest.shape.model,
      prompt: GenerateRequest.shape.prompt.check(z.describe('what the picture should show')),
      options: z.prefault(GenerateOptions, {}),
    },
    request: (params) => params,
    errors: ['MODEL_UNKNOWN', 'QUEUE_FULL'],
  }),
};
