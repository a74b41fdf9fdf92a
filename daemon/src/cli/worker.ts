/** @file Who does the work of a command: this process, or the daemon that is running. */

import type { BlobHash, JobProgress, JobRequest, JobResult, Kind } from '@palimpsest/protocol';
import type { LoraChoice } from '../weights/loraChoice.ts';

/** The model that was asked for. */
export interface ModelChoice {
  readonly folder: string;
  readonly imageEncoder?: string | undefined;
  readonly vae?: string | undefined;
  readonly loras?: readonly LoraChoice[] | undefined;
}

/** A request without the model, which the worker knows. */
export type Asked<K extends Kind> = { [P in K]: Omit<JobRequest<P>, 'model'> }[K];

/** Each method throws PalimpsestErrors as the jobs do; CANCELLED when the signal was aborted. */
export interface Worker {
  /** Takes a picture from a file, for a request to name. */
  put(file: string): Promise<BlobHash>;
  run<K extends Kind>(asked: Asked<K>): Promise<JobResult<K>>;
  /** A picture that was made, as a PNG. */
  get(image: BlobHash): Promise<Uint8Array>;
  /** Gives back what it holds. */
  close(): Promise<void>;
}

/** How the work is watched. */
export interface WorkWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
  /** Tells the person something in a line. */
  readonly tell: (sentence: string) => void;
}
