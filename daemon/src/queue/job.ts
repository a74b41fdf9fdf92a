/** @file One job of the queue while the daemon runs. */

import {
  type BlobHash,
  type JobRecord,
  type JobRequest,
  PalimpsestError,
  picturesOf,
} from '@palimpsest/protocol';
import type { RunOptions } from '../engine/supervisor.ts';
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
      throw unknownPicture(hash);
    }
  }
  return held;
}

export const unknownPicture = (hash: BlobHash): PalimpsestError =>
  new PalimpsestError('IMAGE_UNKNOWN', `There is no picture ${hash}. Put it there first.`);

/** Ends what `holdPictures` began. */
export async function letGo(blobs: BlobStore, job: Job): Promise<void> {
  const { held } = job;
  job.held = [];
  for (const hash of held) await blobs.release(hash);
}

/** How a running job is watched: what is heard of it goes into its record first. */
export function watchOf(
  job: Job,
  tell: {
    readonly change: (record: JobRecord) => void;
    readonly progress: (record: JobRecord, preview?: { readonly png: Uint8Array }) => void;
  },
): RunOptions {
  return {
    signal: job.controller.signal,
    preview: () => job.wantsPreview,
    onProgress: (progress, preview) => {
      job.record = { ...job.record, progress };
      tell.progress(job.record, preview);
    },
    onNotice: (notice) => {
      const { notices = [], remarks = [] } = job.record;
      if (notices.includes(notice.text)) return;
      job.record = { ...job.record, notices: [...notices, notice.text], remarks: [...remarks, notice] };
      tell.change(job.record);
    },
  };
}

/** Stops a running job when its time is up. Returns what has to be cleared when it is over. */
export function stopAfter(time: number | undefined, { controller }: Job): NodeJS.Timeout | undefined {
  if (time === undefined) return undefined;
  const late = new PalimpsestError(
    'TIME_LIMIT',
    `The job took longer than the ${time / 60_000} minutes that this daemon allows. What it has learned is kept: ` +
      'submit it again to go on from there, take fewer steps, or raise maxJobMinutes in the config file.',
  );
  return setTimeout(() => controller.abort(late), time);
}

/** The final state of a job that did not succeed. */
export function outcomeOf(error: unknown, signal: AbortSignal): Pick<JobRecord, 'state' | 'error'> {
  if (error instanceof PalimpsestError) {
    // Whoever stopped it with an error of ours says why.
    const { code, message } = signal.reason instanceof PalimpsestError ? signal.reason : error;
    if (code === 'CANCELLED' && signal.aborted) return { state: 'cancelled' };
    return { state: 'failed', error: { code, message } };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return {
    state: 'failed',
    error: { code: 'INTERNAL', message: `The daemon met a fault of its own: ${reason}` },
  };
}
