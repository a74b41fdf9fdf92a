/** @file Turns of transfers: the daemon takes so many at once, and refuses the rest. */

import { MAX_TRANSFER_BYTES, MAX_TRANSFERS } from '../limits.ts';
import { untilAborted } from './abort.ts';
import { withResolvers } from './resolvers.ts';

/** Half of what the daemon takes: more at once would not finish sooner. */
const AT_ONCE = MAX_TRANSFERS / 2;
const ROOM = MAX_TRANSFER_BYTES / 2;

/** The size that a picture counts as while its own is not known. */
export const UNKNOWN_BYTES = ROOM / AT_ONCE;

/** Waits until nothing else is on its way. */
export const ALONE = ROOM;

interface Waiting {
  readonly bytes: number;
  readonly begin: () => void;
}

export class Turns {
  private running = 0;
  private bytes = 0;
  private waiting: readonly Waiting[] = [];

  /**
   * Does work when it is its turn, first come first served. What is larger than the room has it to itself.
   *
   * @throws what the work throws; what the signal was aborted with, also while it waits.
   */
  async take<T>(bytes: number, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const taken = Math.min(bytes, ROOM);
    const { promise, resolve } = withResolvers<void>();
    const waiting = { bytes: taken, begin: resolve };
    this.waiting = [...this.waiting, waiting];
    this.beginNext();
    try {
      await untilAborted(signal, promise);
      return await work();
    } finally {
      if (this.waiting.includes(waiting)) this.waiting = this.waiting.filter((other) => other !== waiting);
      else {
        this.running--;
        this.bytes -= taken;
      }
      this.beginNext();
    }
  }

  private beginNext(): void {
    for (;;) {
      const [next, ...others] = this.waiting;
      if (next === undefined || this.running === AT_ONCE || this.bytes + next.bytes > ROOM) return;
      this.waiting = others;
      this.running++;
      this.bytes += next.bytes;
      next.begin();
    }
  }
}
