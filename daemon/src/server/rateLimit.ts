/** @file How often somebody may ask: so many at once, and so many a second from then on. */

export class RateLimit {
  private left: number;
  private at: number;

  private readonly burst: number;
  private readonly perSecond: number;
  private readonly now: () => number;

  /** @param now in ms. */
  constructor(burst: number, perSecond: number, now: () => number = Date.now) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.now = now;

    this.left = burst;
    this.at = now();
  }

  /** Whether one more is within the limit, or so many more. */
  take(count = 1): boolean {
    this.refill();
    if (this.left < count) return false;
    this.left -= count;
    return true;
  }

  /** Whether one more would be within the limit. */
  has(): boolean {
    return this.whole >= 1;
  }

  /** How many more would be within the limit. */
  get whole(): number {
    this.refill();
    return Math.max(0, Math.floor(this.left));
  }

  /** Until one more is; 0 where it is now. */
  secondsToNext(): number {
    return this.has() ? 0 : (1 - this.left) / this.perSecond;
  }

  /** Takes what has been spent, whether it was within the limit or not: what follows waits for it. */
  spend(count: number): void {
    this.refill();
    this.left -= count;
  }

  /** Whether nothing more is to be had now. */
  isSpent(): boolean {
    this.refill();
    return this.left < 0;
  }

  /** Forgets one that was taken. */
  giveBack(): void {
    this.left = Math.min(this.burst, this.left + 1);
  }

  private refill(): void {
    const time = this.now();
    this.left = Math.min(this.burst, this.left + ((time - this.at) / 1000) * this.perSecond);
    this.at = time;
  }
}
