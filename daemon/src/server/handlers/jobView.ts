/** @file A job as a client may see it. */

import { factsOf, type JobRecord, render } from '@palimpsest/protocol';
import type { KeptJob } from '../../queue/keptJob.ts';

export function publicJob({ error, ...record }: KeptJob): JobRecord {
  if (error === undefined) return record;
  const { code, sentence } = error;
  const message = render(sentence, 'outside');
  return { ...record, error: { code, message, facts: factsOf(sentence, 'outside') } };
}
