/** @file How long the work that is under way will still take. */

import type { Progress } from './watch.ts';

/** Estimates by the pace of the stage so far. */
export class TimeLeft {
  private stage: Progress['stage'] | null = null;
  private start = { time: 0, step: 0 };

  private readonly now: () => number;

  /** @param now in ms. */
  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** Whole seconds until the stage is done; null at its first report. */
  after({ stage, step, total }: Progress): number | null {
    const time = this.now();
    if (stage !== this.stage) {
      this.stage = stage;
      // The first evaluation includes loading the network, so the clock starts after it.
      this.start = { time, step };
    }
    if (step === this.start.step) return null;
    return Math.round(((time - this.start.time) / (step - this.start.step) / 1000) * (total - step));
  }
}
