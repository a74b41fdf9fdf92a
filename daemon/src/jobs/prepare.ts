/** @file What comes before any job: its asker is told what may surprise them, and the memory is seen to. */

import type { Job } from './job.ts';
import type { Workshop } from './memoryNeed.ts';
import { keepWithin } from './memoryPlan.ts';
import { noticesOf } from './notices.ts';

/**
 * @param budget in bytes.
 * @param tell is told sentences for the person.
 * @throws {PalimpsestError} MEMORY_SHORT when the job cannot be done within the budget; OPTION_INVALID as the job does.
 */
export async function prepareJob(
  budget: number,
  workshop: Workshop,
  job: Job,
  tell: (notice: string) => void,
): Promise<void> {
  for (const notice of noticesOf(workshop.model, job)) tell(notice);
  await keepWithin(budget, workshop, job, tell);
}
