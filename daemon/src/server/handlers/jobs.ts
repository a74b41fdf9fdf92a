/** @file Jobs: list, cancel, watch. A client sees its own, the owner sees all. */

import { PalimpsestError, telling, verbatim } from '@palimpsest/protocol';
import type { KeptJob } from '../../queue/keptJob.ts';
import { type Caller, clientOf } from '../caller.ts';
import type { HandlerDependencies, Part } from './handlerDependencies.ts';
import { publicJob } from './jobView.ts';

export function jobHandlers({ backend: { jobs } }: HandlerDependencies): Part<`jobs.${string}`> {
  /** Another client's job is as unknown as none. */
  const find = (id: string, caller: Caller): KeptJob => {
    const client = clientOf(caller);
    const record = jobs.get(id);
    if (record !== undefined && (record.owner === client.id || client.access === 'owner')) return record;
    throw new PalimpsestError(
      'JOB_UNKNOWN',
      telling(verbatim('There is no job of that id among yours. Old ones are forgotten.'), { job: id }),
    );
  };
  return {
    'jobs.list': ({ limit }, caller) => {
      const { id, access } = clientOf(caller);
      const records = jobs.list(access === 'owner' ? {} : { owner: id });
      return { jobs: records.slice(0, limit).map(publicJob) };
    },
    'jobs.get': ({ id }, caller) => ({ job: publicJob(find(id, caller)) }),
    'jobs.cancel': async ({ id }, caller) => ({ job: publicJob(await jobs.cancel(find(id, caller).id)) }),
    'jobs.preview': ({ id, on }, caller) => {
      caller.setPreview(find(id, caller).id, on);
      return { on };
    },
  };
}
