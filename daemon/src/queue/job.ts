/** @file One job of the queue while the daemon runs. */

import { type BlobHash, type JobRecord, type JobRequest, PalimpsestError } from '@palimpsest/protocol';
import type { BlobStore } from '../store/blobStore.ts';

export interface Job {
  /** Replaced, never changed: whoever was given one keeps it. */
  record: JobRecord;
  /** Grows with each submission. */
  readonly sequence: number;
  /** Pictures that are kept for it. */
  held: readonly BlobHash[];
  /** False until it is on disk. */
  accepted: boolean;
  wantsPreview: boolean;
  readonly controller: AbortController;
  /** Settles when a running job is over. */
  run?: Promise<void>;
}

export function newJob(sequence: number, record: JobRecord): Job {
  return {
    sequence,
    record,
    held: [],
    accepted: false,
    wantsPreview: false,
    controller: new AbortController(),
  };
}

export const isOver = ({ state }: JobRecord): boolean => state !== 'queued' && state !== 'running';

/**
 * Keeps the pictures of a request until `letGo`.
 *
 * @throws {PalimpsestError} IMAGE_UNKNOWN when one is not there; none is held then.
 */
export async function holdPictures(blobs: BlobStore, request: JobRequest): Promise<BlobHash[]> {
  const held: BlobHash[] = [];
  for (const hash of picturesOf(request)) {
    if (await blobs.hold(hash)) held.push(hash);
    else {
      for (const each of held) await blobs.release(each);
      throw new PalimpsestError('IMAGE_UNKNOWN', `There is no picture ${hash}. Put it there first.`);
    }
  }
  return held;
}

/** Ends what `holdPictures` began. */
export async function letGo(blobs: BlobStore, job: Job): Promise<void> {
  const { held } = job;
  job.held = [];
  for (const hash of held) await blobs.release(hash);
}

const picturesOf = (request: JobRequest): BlobHash[] =>
  request.kind === 'generate'
    ? []
    : [request.image, ...(request.kind === 'edit' && request.mask !== undefined ? [request.mask] : [])];

/** The final state of a job that did not succeed. */
export function outcomeOf(error: unknown, signal: AbortSignal): Pick<JobRecord, 'state' | 'error'> {
  if (error instanceof PalimpsestError) {
    if (error.code === 'CANCELLED' && signal.aborted) return { state: 'cancelled' };
    return { state: 'failed', error: { code: error.code, message: error.message } };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return {
    state: 'failed',
    error: { code: 'INTERNAL', message: `The daemon met a fault of its own: ${reason}` },
  };
}
