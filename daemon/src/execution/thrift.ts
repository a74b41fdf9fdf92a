/** @file The ways to take less memory, cheapest first. */

import { type Economy, LAVISH } from '../graph/economy.ts';

/** How networks save memory. */
export interface Thrift extends Economy {
  /** Whether networks that a job runs once, such as the VAE, give their memory back after that. */
  readonly releaseAfterUse: boolean;
  /** Whether weights stored as fp16 stay so, and are cast in each run instead of once. */
  readonly castEachRun: boolean;
}

const MAP_BYTES = 32 * 2 ** 20;

/** Each takes more time than the one before it; which saves most depends on the job and on how weights are stored. */
export const THRIFTS: readonly Thrift[] = [
  { ...LAVISH, releaseAfterUse: false, castEachRun: false },
  { ...LAVISH, releaseAfterUse: true, castEachRun: false },
  { mapBytes: MAP_BYTES, recompute: false, releaseAfterUse: true, castEachRun: false },
  { mapBytes: MAP_BYTES, recompute: false, releaseAfterUse: true, castEachRun: true },
  { mapBytes: MAP_BYTES, recompute: true, releaseAfterUse: true, castEachRun: false },
  { mapBytes: MAP_BYTES, recompute: true, releaseAfterUse: true, castEachRun: true },
];

/** What it does, for people. */
export function describeThrift({ mapBytes, recompute, releaseAfterUse, castEachRun }: Thrift): string {
  const measures = [
    ...(releaseAfterUse ? ['networks are given back after use'] : []),
    ...(mapBytes < Number.POSITIVE_INFINITY ? ['attention is computed in slices'] : []),
    ...(castEachRun ? ['weights in half precision stay so'] : []),
    ...(recompute ? ['activations are computed twice'] : []),
  ];
  return measures.length === 0 ? 'nothing is spared' : measures.join(', ');
}
