/** @file Work that does not stop by itself, under an AbortSignal. */

import { withResolvers } from './resolvers.ts';

/** The work's result; or, as soon as the signal is aborted, its reason: the work's result is then ignored. */
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
