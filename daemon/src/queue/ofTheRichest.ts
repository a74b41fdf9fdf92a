/** @file Which finished jobs are forgotten first. */

import type { QueuedJob } from './queuedJob.ts';

/**
 * The jobs beyond `most`: the oldest of whoever has most of them, so that nobody can have another's forgotten.
 *
 * @param jobs the newest first.
 */
export function ofTheRichest(jobs: readonly QueuedJob[], most: number): QueuedJob[] {
  const byOwner = new Map<string, QueuedJob[]>();
  for (const job of jobs) {
    const own = byOwner.get(job.record.owner);
    if (own === undefined) byOwner.set(job.record.owner, [job]);
    else own.push(job);
  }
  const owned = [...byOwner.values()];
  return Array.from({ length: Math.max(0, jobs.length - most) }, () => {
    const richest = owned.reduce((one, other) => (other.length > one.length ? other : one));
    return richest.pop()!;
  });
}
