/**
 * @file Turns at what serves one client at a time: the engine, for work that is no job, and the disk, for pictures. Clients
 * alternate. Jobs have an order of their own (queue/runningOrder.ts). Work at the engine waits here for its turn, so the
 * next job waits for one piece of it at most.
 */

import { PalimpsestError, sentence, untilAborted } from '@palimpsest/protocol';

export class FairTurns {
  /** What begins each client's work; whose turn is next comes first. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private busy = false;

  private readonly most: number;

  /** @param most that may wait for one client. */
  constructor(most: number) {
    this.most = most;
  }

  /**
   * Does work when its turn comes.
   *
   * @param signal ends the wait: of a client that has gone, nobody hears the answer.
   * @throws {PalimpsestError} RATE_LIMITED; what the work throws, or the signal was aborted with.
   */
  async take<T>(client: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const own = this.waiting.get(client) ?? [];
    if (own.length >= this.most) {
      throw new PalimpsestError(
        'RATE_LIMITED',
        sentence`${{ most: this.most }} requests of this kind are waiting for this client. Ask again when they are answered.`,
      );
    }
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    this.waiting.set(client, [...own, begin]);
    this.beginNext();
    try {
      await untilAborted(signal, begun);
    } catch (error) {
      if (!this.withdraw(client, begin)) this.end();
      throw error;
    }
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  private beginNext(): void {
    const [next] = this.waiting;
    if (this.busy || next === undefined) return;
    const [client, [begin, ...others]] = next;
    this.waiting.delete(client);
    // Behind all others.
    if (others.length > 0) this.waiting.set(client, others);
    this.busy = true;
    begin?.();
  }

  private end(): void {
    this.busy = false;
    this.beginNext();
  }

  /** Whether it was still waiting. */
  private withdraw(client: string, begin: () => void): boolean {
    const own = this.waiting.get(client) ?? [];
    if (!own.includes(begin)) return false;
    const others = own.filter((other) => other !== begin);
    if (others.length > 0) this.waiting.set(client, others);
    else this.waiting.delete(client);
    return true;
  }
}
