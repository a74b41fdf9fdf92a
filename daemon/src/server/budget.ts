/** @file Bytes that pictures on their way take in the daemon's memory, over all connections. */

export class Budget {
  private used = 0;

  constructor(private readonly limit: number) {}

  /** Whether there was room. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.used -= bytes;
  }
}
