/** @file Progress as it is reported: with the time that is left, and no more often than a person can read. */

import type { JobProgress } from '@palimpsest/protocol';
import type { Progress } from '../methods/watch.ts';

/** Estimates by the pace of the stage so far how long the work that is under way will still take. */
export class TimeLeft {
  private stage: Progress['stage'] | null = null;
  private start = { time: 0, step: 0 };

  private readonly now: () => number;

  /** @param now in ms. */
  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** The report with whole seconds until the stage is done; null at its first. */
  added({ losses, ...progress }: Progress): JobProgress {
    // Losses that have run away are no numbers, which JSON cannot say.
    const areNumbers = losses !== undefined && Object.values(losses).every(Number.isFinite);
    return { ...progress, ...(areNumbers ? { losses } : {}), secondsLeft: this.after(progress) };
  }

  private after({ stage, step, total }: Progress): number | null {
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

/** Which reports of one work are told: one in an interval at most, but the first and the last of each stage. */
export class Pace {
  private stage: Progress['stage'] | null = null;
  private toldAt = 0;

  private readonly interval: number;
  private readonly now: () => number;

  /** @param interval between two reports, in ms. */
  constructor(interval: number, now: () => number = Date.now) {
    this.interval = interval;
    this.now = now;
  }

  /** Whether this report is due; it counts as told then. */
  isDue({ stage, step, total }: Pick<Progress, 'stage' | 'step' | 'total'>): boolean {
    const time = this.now();
    if (stage === this.stage && step !== total && time - this.toldAt < this.interval) return false;
    [this.stage, this.toldAt] = [stage, time];
    return true;
  }
}
