/**
 * @file A job as the daemon keeps it: its error as a code and a sentence with whole paths. Clients see a JobRecord
 * instead (server/handlers/jobView.ts); the compiler keeps the two apart.
 */

import { ERROR_CODES, JobRecord, verbatim } from '@palimpsest/protocol';
import { z } from 'zod';
import { Failure } from '../engine/messages.ts';

const codes = Failure.shape.code;

/** Earlier versions kept a message, in which paths cannot be told from words: in its place stands what its code means. */
const EarlierFailure = z
  .strictObject({ code: codes, message: z.string() })
  .transform(({ code }): Failure => ({ code, sentence: verbatim(descriptionOf(code)) }));

export const KeptJob = z.strictObject({
  ...JobRecord.shape,
  error: z.union([Failure, EarlierFailure]).optional(),
});
export type KeptJob = z.infer<typeof KeptJob>;

/** As a sentence: "The disk is full." */
function descriptionOf(code: Failure['code']): string {
  const text = ERROR_CODES[code];
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
