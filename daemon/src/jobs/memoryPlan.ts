/** @file Before a job starts: what has to be spared so that it stays within the budget, or why it cannot. */

import {
  bytes,
  listed,
  type Notice,
  PalimpsestError,
  readableBytes,
  type Sentence,
  sentence,
} from '@palimpsest/protocol';
import { describeThrift, THRIFTS, type Thrift } from '../execution/thrift.ts';
import { canBeInstant, changed, type Job, sideOf, stepsOf } from './job.ts';
import type { Change } from './kinds/jobKind.ts';
import { type JobDependencies, type MemoryNeed, memoryNeed } from './memoryNeed.ts';

const GB = 1e9;
/** More than what is kept of a step: attention maps, a latent, what was learned. In Stable Diffusion 1.5 it is 4 MB. */
const STEP_BYTES = 16e6;

/**
 * Sets the networks up for a job: nothing is spared if the budget allows that, else as little as it takes.
 *
 * @param tell is told what is spared.
 * @throws {PalimpsestError} MEMORY_SHORT when the job cannot be done within the budget, with what could be.
 */
export async function keepWithin(
  budget: number,
  dependencies: JobDependencies,
  job: Job,
  tell: (notice: Notice) => void = () => {},
): Promise<void> {
  const { networks, model } = dependencies;
  if (budget >= enoughForAnything(dependencies, job)) return networks.adopt(THRIFTS[0]!);
  let least: { need: MemoryNeed; thrift: Thrift } | null = null;
  for (const thrift of THRIFTS) {
    const need = await memoryNeed(dependencies, job, thrift);
    if (least === null || need.total < least.need.total) least = { need, thrift };
    if (need.total > budget) continue;
    if (thrift !== THRIFTS[0]) {
      const text = `About ${readableBytes(need.total)} of memory are needed, within the budget of ${readableBytes(budget)}, when ${describeThrift(thrift)}.`;
      tell({ code: 'MEMORY_SPARED', facts: {}, text });
    }
    return networks.adopt(thrift);
  }
  const { need, thrift } = least!;
  const others = await alternatives(budget, dependencies, job, thrift);
  const choice =
    others.length > 0
      ? sentence`Within it: ${{ fitting: listed(others, '; ') }}.`
      : sentence`Nothing smaller fits: choose a smaller model, such as one stored in half the precision.`;
  throw new PalimpsestError(
    'MEMORY_SHORT',
    sentence`At ${{ side: Math.round(sideOf(job, model)) }} pixels a side this needs about ${{ needed: bytes(need.total) }} of memory (${{ weights: bytes(need.weights) }} for the model, ${{ work: bytes(need.own) }} to compute), whatever is spared, and the budget is ${{ budget: bytes(budget) }}. ${{ choice }} Or raise the budget: --memory-budget.`,
  );
}

/**
 * A bound that spares the rehearsal: measured, models take at most a few times their weights at the size that they were
 * trained for; attention grows with the square of the area.
 */
function enoughForAnything({ model }: JobDependencies, job: Job): number {
  const weights = Object.values(model.checkpoints)
    .flatMap((checkpoint) => [...checkpoint.weights.values()])
    .reduce((sum, { length }) => sum + length, 0);
  const area = (sideOf(job, model) / model.nativeSide) ** 2;
  return GB + 16 * weights * Math.max(1, area ** 2) + STEP_BYTES * stepsOf(job) * Math.max(1, area);
}

/** What would fit, as somebody would ask for it. */
async function alternatives(
  budget: number,
  dependencies: JobDependencies,
  job: Job,
  thrift: Thrift,
): Promise<Sentence[]> {
  const { model } = dependencies;
  const needOf = async (change: Change): Promise<number> => {
    // An editor that is not defined on what is changed is no alternative.
    const need = memoryNeed(dependencies, changed(job, change, model), thrift);
    return need.then(({ total }) => total).catch(() => Number.POSITIVE_INFINITY);
  };
  const largest = async (instant: boolean): Promise<[number, number] | null> => {
    for (let side = below(sideOf(job, model), model.sideMultiple); side > 0; side -= model.sideMultiple) {
      const total = await needOf({ side, instant });
      if (total <= budget) return [side, total];
    }
    return null;
  };
  const found: Sentence[] = [];
  const smaller = await largest(false);
  const inPixels = job.kind === 'generate';
  if (smaller !== null) {
    const [smallerSide, smallerNeeds] = [smaller[0], bytes(smaller[1])];
    found.push(
      inPixels
        ? sentence`${{ smallerSide }} pixels a side (${{ smallerNeeds }})`
        : sentence`size ${{ smallerSide }} (${{ smallerNeeds }})`,
    );
  }
  if (canBeInstant(job)) {
    const total = await needOf({ instant: true });
    if (total <= budget) found.push(sentence`mode instant (${{ instantNeeds: bytes(total) }})`);
    else {
      const both = await largest(true);
      if (both !== null && both[0] !== smaller?.[0])
        found.push(
          sentence`mode instant at size ${{ instantSide: both[0] }} (${{ instantNeeds: bytes(both[1]) }})`,
        );
    }
  }
  return found;
}

/** The next smaller multiple. */
const below = (side: number, multiple: number): number => (Math.ceil(side / multiple) - 1) * multiple;
