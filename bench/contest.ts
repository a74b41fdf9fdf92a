/**
 * @file Settings beside each other in one run: everyone evaluates once per round, so that a machine whose speed drifts
 * slows all of them alike, and the ratios hold where the milliseconds do not.
 */

import type { MeasuredProcess, Sample } from './process.ts';

export interface Contestant {
  readonly name: string;
  readonly start: () => MeasuredProcess;
}

export interface Result {
  readonly name: string;
  /** Fastest and median wall time, and median CPU time of all threads. */
  readonly bestMs: number;
  readonly medianMs: number;
  readonly cpuMs: number;
  /** Median over the rounds of this one's wall time by the first contestant's. */
  readonly ratio: number;
  readonly buildMs?: number | undefined;
  readonly loadMs?: number | undefined;
  readonly ownBytes: number;
  readonly mappedBytes: number;
}

/** The first run finds no memory in the arena and costs up to twice as much. */
const WARM_UP_ROUNDS = 2;

/** The results in the contestants' order; the first of them is what the others are compared with. */
export async function contest(contestants: readonly Contestant[], rounds: number): Promise<Result[]> {
  const entered = contestants.map(({ name, start }) => ({ name, process: start(), samples: [] as Sample[] }));
  try {
    for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
      for (const { process, samples } of entered) samples.push(await process.evaluate());
    }
  } finally {
    for (const { process } of entered) await process.end();
  }
  const timed = entered.map(({ samples }) => samples.slice(WARM_UP_ROUNDS));
  const wall = timed.map((samples) => samples.map(({ wallMs }) => wallMs));
  return entered.map(({ name, process, samples }, i) => ({
    name,
    bestMs: Math.min(...wall[i]!),
    medianMs: median(wall[i]!),
    cpuMs: median(timed[i]!.map(({ cpuMs }) => cpuMs)),
    ratio: median(wall[i]!.map((ms, round) => ms / wall[0]![round]!)),
    buildMs: samples[0]!.buildMs,
    loadMs: samples[0]!.loadMs,
    ownBytes: process.memory.own,
    mappedBytes: process.memory.mapped,
  }));
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
