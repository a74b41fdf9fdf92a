/** @file How much memory a job takes: it is rehearsed, which walks its very code without running a network. */

import type { Networks } from '../models/networks.ts';
import { Rehearsal } from '../models/rehearsal.ts';
import type { StableDiffusion } from '../models/stableDiffusion.ts';
import type { Thrift } from '../models/thrift.ts';
import type { Inversions } from './invertJob.ts';
import { type Job, perform } from './job.ts';

/** In bytes. */
export interface MemoryNeed {
  /** Weights, which the processor maps from their files, and other devices hold. */
  readonly weights: number;
  /** All else of the process that runs the networks. */
  readonly own: number;
  readonly total: number;
}

/** The runtime, the program and its graphs, measured. */
const BASE = 120e6;

/** What these networks' work runs on. */
export interface Workshop {
  readonly model: StableDiffusion;
  readonly networks: Networks;
  /** Only looked into: a rehearsal keeps nothing. */
  readonly store: Pick<Inversions, 'find'>;
}

/** @throws {PalimpsestError} as the job itself does, where its options are wrong. */
export async function memoryNeed(
  { model, networks, store }: Workshop,
  job: Job,
  thrift: Thrift,
): Promise<MemoryNeed> {
  const rehearsal = new Rehearsal();
  const readOnly: Inversions = {
    find: (id) => store.find(id),
    findPartial: async () => null,
    save: async () => {},
    savePartial: async () => {},
  };
  await networks.rehearse(rehearsal, thrift, () => perform(model, readOnly, job));
  const { weights, beside } = rehearsal.use;
  const own = BASE + beside;
  return { weights, own, total: weights + own };
}
