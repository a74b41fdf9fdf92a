/** @file Which job is next: interactive jobs before batch ones, and within each kind owners take turns. */

import type { JobPriority } from '@palimpsest/protocol';

/** A job that waits, as far as its turn depends on it. */
export interface WaitingJob {
  readonly owner: string;
  readonly priority: JobPriority;
  /** Grows with each submission. */
  readonly sequence: number;
}

const PRIORITIES: readonly JobPriority[] = ['interactive', 'batch'];

/**
 * Waiting jobs in the order in which they will run.
 *
 * @param served owners that were served before, longest ago first; an owner that is not among them comes before all.
 */
export function runningOrder<T extends WaitingJob>(jobs: readonly T[], served: readonly string[]): T[] {
  const turns = [...served];
  return PRIORITIES.flatMap((priority) => {
    const inTurn = roundRobin(
      jobs.filter((job) => job.priority === priority),
      turns,
    );
    turns.push(...inTurn.map(({ owner }) => owner));
    return inTurn;
  });
}

/** One job of each owner in turn, each owner's in the order of submission. */
function roundRobin<T extends WaitingJob>(jobs: readonly T[], served: readonly string[]): T[] {
  const bySequence = [...jobs].sort((a, b) => a.sequence - b.sequence);
  const lastTurn = new Map(served.map((owner, turn) => [owner, turn]));
  const owners = [...new Set(bySequence.map(({ owner }) => owner))];
  const queues = owners
    .map((owner) => ({
      queue: bySequence.filter((job) => job.owner === owner),
      turn: lastTurn.get(owner) ?? -1,
    }))
    .sort((a, b) => a.turn - b.turn || a.queue[0]!.sequence - b.queue[0]!.sequence);
  const rounds = Math.max(0, ...queues.map(({ queue }) => queue.length));
  return Array.from({ length: rounds }, (_, round) =>
    queues.flatMap(({ queue }) => queue.slice(round, round + 1)),
  ).flat();
}
