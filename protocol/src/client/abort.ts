/** @file Work that does not stop by itself, under an AbortSignal. */

import { withResolvers } from './resolvers.ts';

/** What the work gives, or what the signal was aborted with, at once; the work then goes on, and nobody hears of it. */
export async function untilAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  const { promise: aborted, reject } = withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', abort);
    // Whichever lost has nobody who hears of its failure.
    aborted.catch(() => {});
    work.catch(() => {});
  }
}
