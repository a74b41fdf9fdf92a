/** @file What a queue of jobs needs, and its limits. */

import type { JobRequest, JobResult } from '@palimpsest/protocol';
import type { RunOptions } from '../engine/supervisor.ts';
import type { BlobStore } from '../store/blobStore.ts';

/** Who does the jobs: the engine's supervisor. */
export interface JobRunner {
  run(request: JobRequest, options: RunOptions): Promise<JobResult>;
}

export interface JobQueueOptions {
  /** Where the jobs are kept. */
  readonly folder: string;
  readonly runner: JobRunner;
  readonly blobs: BlobStore;
  /** Jobs that may wait or run: of all owners together, and of each. */
  readonly maxWaiting?: number;
  readonly maxWaitingPerOwner?: number;
  /** Finished jobs that are remembered, and for how long, in ms. */
  readonly maxFinished?: number;
  readonly maxAge?: number;
  /** How long a job may run, in ms; without end by default. */
  readonly maxRunTime?: number;
  /** Whether an owner may have jobs. Those of others are refused, and cancelled when the queue is opened; by default all may. */
  readonly mayOwn?: (owner: string) => boolean;
  /** Is told what a listener has thrown; by default it is only printed. */
  readonly onFault?: (error: unknown) => void;
}

export const DEFAULTS = {
  maxWaiting: 1000,
  maxWaitingPerOwner: 100,
  maxFinished: 1000,
  maxAge: 7 * 24 * 3_600_000,
  mayOwn: (_owner: string): boolean => true,
  onFault: (error: unknown) => console.error(error),
};
