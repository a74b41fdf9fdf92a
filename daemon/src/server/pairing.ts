/**
 * @file Letting a plugin in: it asks, the daemon shows a code, the person types it into the plugin.
 *
 * A code has six digits, so guessing has to be dear: five tries, two minutes, one pairing at a time, and after a pairing
 * that was guessed at, a pause that doubles up to an hour. That leaves some 120 guesses a day of a million.
 */

import { randomBytes, randomInt } from 'node:crypto';
import { PalimpsestError, type PendingPairing } from '@palimpsest/protocol';
import { newId, sameSecret } from './secrets.ts';

const CODE_LIFE = 2 * 60_000;
const LAUNCH_LIFE = 10 * 60_000;
const TRIES = 5;
const FIRST_PAUSE = 30_000;
const MAX_PAUSE = 60 * 60_000;

interface Pending {
  readonly id: string;
  readonly name: string;
  readonly code: string;
  readonly expiresAt: number;
}

export class Pairing {
  private current: Pending | null = null;
  /** Since the last right code, or the last pause: who goes away and asks again has no more tries than others. */
  private wrongCodes = 0;
  private pause = FIRST_PAUSE;
  private pausedUntil = 0;
  private readonly launchCodes = new Map<string, number>();

  /**
   * @param onChange is told when a pairing begins, and when it is over.
   * @param now in ms.
   */
  constructor(
    private readonly onChange: (pending: PendingPairing | null) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** The pairing that waits for its code. */
  get pending(): PendingPairing | null {
    const pending = this.alive();
    return (
      pending && { name: pending.name, code: pending.code, secondsLeft: this.secondsTo(pending.expiresAt) }
    );
  }

  /**
   * Begins a pairing.
   *
   * @throws {PalimpsestError} PAIRING_BUSY, saying for how long.
   */
  request(name: string): { pairing: string; secondsLeft: number } {
    const busyUntil = Math.max(this.alive()?.expiresAt ?? 0, this.pausedUntil);
    if (busyUntil > this.now()) {
      throw new PalimpsestError(
        'PAIRING_BUSY',
        `Another pairing is under way, or one has just failed. Try again in ${this.secondsTo(busyUntil)} seconds.`,
      );
    }
    const code = randomInt(1_000_000).toString().padStart(6, '0');
    this.current = { id: newId(), name, code, expiresAt: this.now() + CODE_LIFE };
    this.onChange(this.pending);
    return { pairing: this.current.id, secondsLeft: this.secondsTo(this.current.expiresAt) };
  }

  /**
   * Ends a pairing with the right code.
   *
   * @returns the name of who asked.
   * @throws {PalimpsestError} PAIRING_FAILED
   */
  confirm(pairing: string, code: string): string {
    const pending = this.alive();
    if (pending === null || !sameSecret(pending.id, pairing)) {
      throw new PalimpsestError('PAIRING_FAILED', 'The code has expired or is used up. Ask for a new one.');
    }
    if (sameSecret(pending.code, code)) {
      this.pause = FIRST_PAUSE;
      this.wrongCodes = 0;
      this.end();
      return pending.name;
    }
    if (++this.wrongCodes < TRIES) {
      throw new PalimpsestError(
        'PAIRING_FAILED',
        `The code is wrong. ${TRIES - this.wrongCodes} tries are left.`,
      );
    }
    this.wrongCodes = 0;
    this.pausedUntil = this.now() + this.pause;
    this.pause = Math.min(this.pause * 2, MAX_PAUSE);
    this.end();
    throw new PalimpsestError(
      'PAIRING_FAILED',
      `The code was wrong ${TRIES} times. Ask for a new one in ${this.secondsTo(this.pausedUntil)} seconds.`,
    );
  }

  /** Ends a pairing whose client has gone, so that it can ask again. */
  withdraw(pairing: string): void {
    if (this.current?.id === pairing) this.end();
  }

  /** A code for the link that the daemon prints: 128 bits, for ten minutes and one use. */
  newLaunchCode(): string {
    const code = randomBytes(16).toString('hex');
    this.launchCodes.set(code, this.now() + LAUNCH_LIFE);
    return code;
  }

  /** @throws {PalimpsestError} PAIRING_FAILED when the code is none, or was used. */
  redeemLaunchCode(code: string): void {
    const expiresAt = this.launchCodes.get(code) ?? 0;
    this.launchCodes.delete(code);
    if (expiresAt > this.now()) return;
    throw new PalimpsestError(
      'PAIRING_FAILED',
      'This link has been used or is too old. Pair with a code instead, or start the daemon again for a new link.',
    );
  }

  private alive(): Pending | null {
    if (this.current !== null && this.current.expiresAt <= this.now()) this.end();
    return this.current;
  }

  private end(): void {
    this.current = null;
    this.onChange(null);
  }

  private secondsTo(time: number): number {
    return Math.ceil((time - this.now()) / 1000);
  }
}
