/** @file Style transfer. It answers with a job at once. */

import * as z from 'zod/mini';
import { inversionMethods, withDefaults } from './inversions.ts';
import { BlobHash } from './kinds/parts.ts';
import { StyleRequest } from './kinds/style.ts';
import { StyleOptions } from './options.ts';
import { submission } from './submission.ts';

const { model, source } = StyleRequest.shape;

export const styleMethods = {
  'styles.create': submission('style', {
    summary: 'Give a picture the style of another; the capability styleTransfer',
    description:
      'Learns the style picture first if it has to: that one by the method of `inversion`, the content always by DDIM.',
    params: {
      model,
      image: BlobHash.check(z.describe('the picture whose content stays')),
      source: source.check(z.describe('what is in it')),
      style: BlobHash.check(z.describe('the picture whose style is taken')),
      styleSource: source.check(z.describe('what is in that one, with its style')),
      inversion: withDefaults.inversion,
      options: z.prefault(StyleOptions, {}),
    },
    request: (params) => params,
    errors: [...inversionMethods['inversions.create'].errors],
  }),
};
