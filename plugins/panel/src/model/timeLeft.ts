/** @file How long an edit will still take, for people. */

import type { JobProgress } from '@palimpsest/protocol';

/**
 * What is told of the time. The daemon's estimate is of one stage. Analysing is short beside what follows, and its end says
 * nothing of the edit's; learning is long, with the painting still to come.
 *
 * @returns null while nothing can be said of the edit.
 */
export function timeLeft({ stage, secondsLeft }: Pick<JobProgress, 'stage' | 'secondsLeft'>): string | null {
  if (secondsLeft === null || stage === 'invert') return null;
  const left = `about ${duration(secondsLeft)} left`;
  return stage === 'optimise' ? `${left}, and then the painting` : left;
}

const duration = (seconds: number): string =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
