/** @file One job of the queue while the daemon runs. */

import {
  type BlobHash,
  foreignMessage,
  type JobRequest,
  PalimpsestError,
  picturesOf,
  sentence,
} from '@palimpsest/protocol';
import type { RunOptions } from '../engine/supervisor.ts';
import type { BlobStore } from '../store/blobStore.ts';
import type { KeptJob } from './keptJob.ts';

export interface QueuedJob {
  /** Replaced, never changed: whoever was given one keeps it. */
  record: KeptJob;
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

export function newJob(sequence: number, record: KeptJob): QueuedJob {
  return {
    sequence,
    record,
    held: [],
    accepted: false,
    wantsPreview: false,
    controller: new AbortController(),
  };
}

export const isOver = ({ state }: KeptJob): boolean => state !== 'queued' && state !== 'running';

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
  new PalimpsestError(
    'IMAGE_UNKNOWN',
    sentence`There is no picture ${{ image: hash }}. Send it with images.put first.`,
  );

/** Ends what `holdPictures` began. */
export async function letGo(blobs: BlobStore, job: QueuedJob): Promise<void> {
  const { held } = job;
  job.held = [];
  for (const hash of held) await blobs.release(hash);
}

/** How a running job is watched: what is heard of it goes into its record first. */
export function watchOf(
  job: QueuedJob,
  tell: {
    readonly change: (record: KeptJob) => void;
    readonly progress: (record: KeptJob, preview?: { readonly png: Uint8Array }) => void;
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
export function stopAfter(time: number | undefined, { controller }: QueuedJob): NodeJS.Timeout | undefined {
  if (time === undefined) return undefined;
  const late = new PalimpsestError(
    'TIME_LIMIT',
    sentence`The job took longer than the ${{ minutes: time / 60_000 }} minutes that this daemon allows. What it has learned is kept: submit it again to go on from there, take fewer steps, or raise maxJobMinutes in the config file.`,
  );
  return setTimeout(() => controller.abort(late), time);
}

/** The final state of a job that did not succeed. */
export function outcomeOf(error: unknown, signal: AbortSignal): Pick<KeptJob, 'state' | 'error'> {
  if (error instanceof PalimpsestError) {
    // Whoever stopped it with an error of ours says why.
    const { code, sentence } = signal.reason instanceof PalimpsestError ? signal.reason : error;
    if (code === 'CANCELLED' && signal.aborted) return { state: 'cancelled' };
    return { state: 'failed', error: { code, sentence } };
  }
  const told = sentence`The daemon met a fault of its own: ${{ reason: foreignMessage(error) }}`;
  return { state: 'failed', error: { code: 'INTERNAL', sentence: told } };
}
