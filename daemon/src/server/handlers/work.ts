/** @file Long work: every submission becomes a job. */

import type { JobPriority, JobRecord, JobRequest } from '@palimpsest/protocol';
import { picturesOf, unknownPicture } from '../../queue/job.ts';
import { type Caller, clientOf } from '../caller.ts';
import type { Desk, Part } from './desk.ts';
import { publicJob } from './jobView.ts';

export function workHandlers({
  backend: { jobs, models },
  belongings,
}: Desk): Part<'inversions.create' | `edits.${string}` | `styles.${string}` | 'generate'> {
  const submit = async (
    caller: Caller,
    priority: JobPriority,
    request: JobRequest,
  ): Promise<{ job: JobRecord }> => {
    // Now, and not when its turn comes.
    models.find(request.model);
    const client = clientOf(caller);
    for (const image of picturesOf(request)) {
      if (!belongings.hasPicture(client, image)) throw unknownPicture(image);
    }
    return { job: publicJob(await jobs.submit(request, { owner: client.id, priority })) };
  };
  return {
    'inversions.create': ({ priority, ...request }, caller) =>
      submit(caller, priority, { kind: 'invert', ...request }),
    'edits.create': ({ priority, ...request }, caller) =>
      submit(caller, priority, { kind: 'edit', ...request }),
    'edits.replace': ({ priority, edit, ...request }, caller) =>
      submit(caller, priority, { kind: 'edit', ...request, edit: { ...edit, kind: 'replace' } }),
    'edits.refine': ({ priority, edit, ...request }, caller) =>
      submit(caller, priority, { kind: 'edit', ...request, edit: { ...edit, kind: 'refine' } }),
    'edits.reweight': ({ priority, edit, weights, ...request }, caller) =>
      submit(caller, priority, {
        kind: 'edit',
        ...request,
        target: request.source,
        edit: { ...edit, weights, kind: 'replace' },
      }),
    'styles.create': ({ priority, ...request }, caller) =>
      submit(caller, priority, { kind: 'style', ...request }),
    generate: ({ priority, ...request }, caller) =>
      submit(caller, priority, { kind: 'generate', ...request }),
  };
}
