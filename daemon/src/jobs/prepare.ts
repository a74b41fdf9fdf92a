/** @file What comes before any job: reading its prompts, notices of what may surprise the person, and a plan for its memory. */

import type { Notice } from '@palimpsest/protocol';
import { type Job, withPlainPrompts } from './job.ts';
import type { JobDependencies } from './memoryNeed.ts';
import { keepWithin } from './memoryPlan.ts';
import { noticesOf } from './notices.ts';

/**
 * @param budget in bytes.
 * @param tell is told what a person should know.
 * @returns the job as it is to be done: with its prompts as they are read (`plainPrompt`).
 * @throws {PalimpsestError} MEMORY_SHORT when the job cannot be done within the budget; OPTION_INVALID as the job does.
 */
export async function prepareJob(
  budget: number,
  dependencies: JobDependencies,
  asked: Job,
  tell: (notice: Notice) => void,
): Promise<Job> {
  const job = withPlainPrompts(asked);
  for (const notice of noticesOf(dependencies.model, job)) tell(notice);
  await keepWithin(budget, dependencies, job, tell);
  return job;
}
