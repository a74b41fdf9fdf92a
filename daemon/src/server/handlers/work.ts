/** @file Long work: every submission becomes a job. */

import {
  type JobPriority,
  type JobRecord,
  type JobRequest,
  METHODS,
  PalimpsestError,
  type Params,
  picturesOf,
  type SubmitMethod,
  sentence,
} from '@palimpsest/protocol';
import { unknownPicture } from '../../queue/queuedJob.ts';
import { type Caller, clientOf, shareOf } from '../caller.ts';
import { LIMITS } from '../limits.ts';
import type { HandlerDependencies, Part } from './handlerDependencies.ts';
import { publicJob } from './jobView.ts';

export function workHandlers({
  backend: { jobs, models, blobs },
  belongings,
}: HandlerDependencies): Part<'inversions.create' | `edits.${string}` | `styles.${string}` | 'generate'> {
  /** Leaves room for the pictures of others. @throws {PalimpsestError} QUEUE_FULL */
  const requireRoom = async (owner: string, submitting: ReadonlySet<JobRequest>): Promise<void> => {
    const waiting = jobs.list({ owner }).filter(({ state }) => state === 'queued' || state === 'running');
    const requests = [...waiting.map(({ request }) => request), ...submitting];
    const bytes = await blobs.size(new Set(requests.flatMap(picturesOf)));
    if (bytes <= LIMITS.heldBytes) return;
    throw new PalimpsestError(
      'QUEUE_FULL',
      sentence`The pictures of your waiting jobs take ${{ held: Math.ceil(bytes / 2 ** 20) }} MiB, and ${{ most: LIMITS.heldBytes / 2 ** 20 }} MiB are kept for them. Wait for some jobs, or cancel them.`,
    );
  };
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
    const { submitting } = shareOf(caller);
    submitting.add(request);
    try {
      await requireRoom(client.id, submitting);
      return { job: publicJob(await jobs.submit(request, { owner: client.id, priority })) };
    } finally {
      submitting.delete(request);
    }
  };
  /** Every submission says what job it asks for. */
  const submitting =
    <M extends SubmitMethod>(method: M) =>
    (params: Params<M>, caller: Caller) =>
      submit(caller, params.priority, METHODS[method].request(params as never));
  return {
    'inversions.create': submitting('inversions.create'),
    'edits.create': submitting('edits.create'),
    'edits.replace': submitting('edits.replace'),
    'edits.refine': submitting('edits.refine'),
    'edits.reweight': submitting('edits.reweight'),
    'styles.create': submitting('styles.create'),
    generate: submitting('generate'),
  };
}
