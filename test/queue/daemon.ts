/**
 * As much of a daemon as holds a queue and an engine, in a process that can be killed.
 *
 * Arguments: its folder. Takes requests as messages; tells of each job's change, and of each engine process
 * that is at work.
 */

import { join } from 'node:path';
import type { JobRequest } from '@palimpsest/protocol';
import { EngineSupervisor } from '../../daemon/src/engine/supervisor.ts';
import { JobQueue } from '../../daemon/src/queue/jobQueue.ts';
import type { KeptJob } from '../../daemon/src/queue/keptJob.ts';
import { BlobStore } from '../../daemon/src/store/blobStore.ts';
import { foldersIn, modelsIn } from '../engine/place.ts';

/** What is told to the test. */
export type Told = { readonly jobs: readonly KeptJob[] } | { readonly engine: number };

const [root = ''] = process.argv.slice(2);
const folders = foldersIn(root);
const blobs = new BlobStore(folders.blobs);
// A torturer may strike before anything is learned, again and again.
const runner = new EngineSupervisor(modelsIn(root), { ...folders, maxCrashes: Number.POSITIVE_INFINITY });
const queue = await JobQueue.open({ folder: join(root, 'jobs'), runner, blobs });

const tell = (told: Told) => process.send?.(told);
const tellJobs = () => tell({ jobs: queue.list() });

queue.on('change', tellJobs);
process.on('message', (request: JobRequest) => {
  void queue.submit(request, { owner: 'test', priority: 'interactive' });
});
process.on('disconnect', () => process.exit());
tellJobs();

let engine: number | null = null;
queue.on('progress', () => {
  const { pid } = runner.status();
  if (pid !== null && pid !== engine) tell({ engine: pid });
  engine = pid;
});
