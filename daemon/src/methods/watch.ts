/** @file How long work is watched from outside: progress out, cancellation in. */

import { type JobProgress, type Notice, PalimpsestError } from '@palimpsest/protocol';
import type { Tensor } from '../tensor/tensor.ts';

/** Where a piece of long work stands. */
export interface Progress {
  readonly stage: JobProgress['stage'];
  /** Evaluations done of `total`, which is an upper bound where the work may stop early. */
  readonly step: number;
  readonly total: number;
  /** The optimisation's losses before its last step. */
  readonly losses?: Losses;
}

/** The two terms of the full objective (paper, equation 8). */
export interface Losses {
  readonly latent: number;
  readonly attention: number;
}

export interface Watch {
  readonly signal?: AbortSignal;
  /** `latent` gives what there is to see by now [1, C, h, w]; it is computed only when asked for. */
  readonly onProgress?: (progress: Progress, latent: () => Tensor) => void;
  /** For the person, of what shows only when the work is done. */
  readonly onNotice?: (notice: Notice) => void;
}

/** Reports progress and, between two evaluations of the UNet, the only place where work can stop, obeys a cancel. */
export function report(watch: Watch, progress: Progress, latent: () => Tensor): void {
  watch.onProgress?.(progress, latent);
  throwIfCancelled(watch);
}

/** @throws {PalimpsestError} CANCELLED once the signal is aborted. */
export function throwIfCancelled({ signal }: Watch): void {
  if (signal?.aborted) throw new PalimpsestError('CANCELLED', 'The work was cancelled. Nothing was changed.');
}
