/** @file How many bytes of pictures the daemon's memory holds: for one client, and for all together. */

import { PalimpsestError } from '@palimpsest/protocol';

export class Budget {
  private used = 0;

  private readonly limit: number;
  private readonly whole: Budget | undefined;
  private readonly leavesAsMuch: boolean;

  /**
   * @param whole what this is a part of, whose limit holds too.
   * @param manner `leavesAsMuch`: holds no more than it leaves free of the whole, so that a few parts cannot fill it
   *   (dynamic thresholds, Choudhury and Hahne 1998).
   */
  constructor(limit: number, whole?: Budget, manner?: 'leavesAsMuch') {
    this.limit = limit;
    this.whole = whole;
    this.leavesAsMuch = manner === 'leavesAsMuch';
  }

  private get free(): number {
    return this.limit - this.used;
  }

  /** @throws {PalimpsestError} RATE_LIMITED when there is no room; nothing is taken then. */
  take(bytes: number): void {
    const isFair = !this.leavesAsMuch || this.used + bytes <= (this.whole?.free ?? 0) - bytes;
    if (bytes > this.free || !isFair) {
      throw new PalimpsestError(
        'RATE_LIMITED',
        'Too many pictures are on their way. Send the next when one is through.',
      );
    }
    this.whole?.take(bytes);
    this.used += bytes;
  }

  giveBack(bytes: number): void {
    this.used -= bytes;
    this.whole?.giveBack(bytes);
  }

  /** Does what holds so many bytes until it is done. @throws {PalimpsestError} as `take`, and what the work throws. */
  async during<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    this.take(bytes);
    try {
      return await work();
    } finally {
      this.giveBack(bytes);
    }
  }
}
