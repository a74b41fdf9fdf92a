/** @file Pictures as base64, for small scripts. The fast way is binary frames (frames.ts). */

import * as z from 'zod/mini';
import { BlobHash } from './kinds/parts.ts';
import { MAX_INLINE_BYTES } from './limits.ts';
import { method } from './method.ts';

const Base64 = z
  .string()
  .check(
    z.minLength(4),
    z.maxLength(Math.ceil(MAX_INLINE_BYTES / 3) * 4),
    z.regex(/^[A-Za-z0-9+/]+={0,2}$/),
    z.describe('the bytes of the file in base64; at most 512 KiB before encoding'),
  );

export const imageMethods = {
  'images.put': method({
    summary: 'Give the daemon a picture: PNG, JPEG or WebP, of at most 25 megapixels',
    description:
      'Pictures are named by their content, so giving one twice does no harm. Pictures above 512 KiB go as binary frames, as the document of the protocol says.',
    access: 'client',
    params: z.strictObject({ data: Base64 }),
    result: z.strictObject({
      image: BlobHash,
      width: z.int().check(z.describe('in pixels')),
      height: z.int().check(z.describe('in pixels')),
    }),
    errors: ['PICTURE_UNREADABLE', 'PICTURE_TOO_SMALL', 'PICTURE_TOO_LARGE', 'DISK_FULL'],
  }),
  'images.get': method({
    onlyReads: true,
    summary: 'A picture of the daemon, such as the result of a job',
    access: 'client',
    params: z.strictObject({ image: BlobHash }),
    result: z.strictObject({
      image: BlobHash,
      mediaType: z.string().check(z.describe('such as image/png')),
      data: Base64,
    }),
    errors: ['IMAGE_UNKNOWN', 'PICTURE_TOO_LARGE'],
  }),
};
