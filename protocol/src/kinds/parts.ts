/** @file What the requests and results of several kinds of jobs have in common. */

import * as z from 'zod/mini';
import { MAX_PROMPT_LENGTH } from '../words.ts';

/** A picture by its content: the same bytes have the same name everywhere. */
export const BlobHash = z
  .string()
  .check(
    z.regex(/^sha256:[0-9a-f]{64}$/),
    z.describe('a picture by the sha256 of its bytes, as sha256: and 64 hex digits'),
  );
export type BlobHash = z.infer<typeof BlobHash>;

/** Names of models are those of `models.list`; a path never crosses the wire. */
export const ModelName = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(100),
    z.regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u),
    z.describe('the name of a model, as models.list gives it'),
  );
export type ModelName = z.infer<typeof ModelName>;

/** Words for the text encoder. */
export const Prompt = z.string().check(z.maxLength(MAX_PROMPT_LENGTH), z.describe('words in plain language'));

/** Of a result with a picture. */
export const DRAWN_FACTS = {
  image: BlobHash.check(z.describe('the picture, a PNG, of an edit or a drawing')),
  width: z.int().check(z.describe('of the picture, in pixels')),
  height: z.int().check(z.describe('of the picture, in pixels')),
};

/** Of a result for which a picture was inverted. */
export const INVERSION_FACTS = {
  inversion: z.string().check(z.describe('the id of the inversion that was made or used')),
  reused: z
    .boolean()
    .check(z.describe('whether the inversion was there already, so that nothing had to be learned')),
};
