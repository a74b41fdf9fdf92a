/** @file How much memory a job takes: it is rehearsed, which walks its very code without running a network. */

import type { Networks } from '../execution/networks.ts';
import { Rehearsal } from '../execution/rehearsal.ts';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import type { Thrift } from '../execution/thrift.ts';
import type { Picture } from '../imaging/picture.ts';
import { tensorsOf } from '../methods/inversion.ts';
import { bytesOf, type Tensor } from '../tensor/tensor.ts';
import type { Inversions } from './invertJob.ts';
import { type Job, perform, pictureBytes } from './job.ts';

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
export interface JobDependencies {
  readonly model: StableDiffusion;
  readonly networks: Networks;
  /** Only looked into: a rehearsal keeps nothing. */
  readonly store: Pick<Inversions, 'find'>;
}

/** @throws {PalimpsestError} as the job itself does, where its options are wrong. */
export async function memoryNeed(
  { model, networks, store }: JobDependencies,
  job: Job,
  thrift: Thrift,
): Promise<MemoryNeed> {
  const rehearsal = new Rehearsal();
  // What is written is there twice more for a moment: joined, and as the bytes of a file.
  const writing = (tensors: readonly Tensor[]) => rehearsal.hold(2 * bytesOf(tensors))();
  rehearsal.hold(pictureBytes(job));
  const readOnly: Inversions = {
    find: (id) => store.find(id),
    findPartial: async () => null,
    save: async (_, inversion) => writing(tensorsOf(inversion)),
    savePartial: async (_, { parameters, current }) => writing([...parameters, current]),
  };
  const keep = async ({ width, height }: Picture) => ({ image: '', width, height });
  await networks.rehearse(rehearsal, thrift, () => perform(job, { model, store: readOnly, keep }));
  const { weights, beside } = rehearsal.use;
  const own = BASE + beside;
  return { weights, own, total: weights + own };
}
