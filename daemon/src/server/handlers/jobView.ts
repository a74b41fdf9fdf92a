/** @file A job as a client may see it. */

import type { JobRecord } from '@palimpsest/protocol';
import { withoutPaths } from '../errorMapping.ts';

export function publicJob(record: JobRecord): JobRecord {
  const { error } = record;
  return error === undefined
    ? record
    : { ...record, error: { ...error, message: withoutPaths(error.message) } };
}
