/**
 * @file Letting a plugin in: it asks, the daemon shows a code, the person types it into the plugin.
 *
 * A code has six digits, so guessing has to be dear: five tries, two minutes, one pairing at a time, and after a pairing
 * that was guessed at, a pause that doubles up to an hour. Whoever guesses, holds the place or asks again and again is in
 * the way of its own kind only: pages without an origin, other pages, and programs each have their tries, their pauses and
 * their prompts. That leaves some 120 guesses a day of a million for each kind.
 */

import { randomBytes, randomInt } from 'node:crypto';
import { PalimpsestError, type PendingPairing, PROGRAM, sentence } from '@palimpsest/protocol';
import { RateLimit } from './rateLimit.ts';
import { newId, sameSecret } from './secrets.ts';

const CODE_LIFE = 2 * 60_000;
const LAUNCH_LIFE = 10 * 60_000;
const TRIES = 5;
const FIRST_PAUSE = 30_000;
const MAX_PAUSE = 60 * 60_000;
/** How long one kind may have the place while another asks for it. */
const TURN = 45_000;
/** Who asks again so soon goes on with its turn. */
const BREAK = 10_000;
/** Prompts of one kind, beyond those that end with the right code: so many at once, and one in so many seconds. */
const PROMPTS = 5;
const SECONDS_PER_PROMPT = 20;

interface Pending {
  readonly id: string;
  readonly name: string;
  readonly origin: string;
  readonly code: string;
  readonly expiresAt: number;
  readonly onDisplaced: () => void;
}

/** What is remembered of those who ask from the same kind of place. */
class Kind {
  readonly prompts: RateLimit;
  /** Since the last right code, or the last pause: who goes away and asks again has no more tries than others. */
  wrongCodes = 0;
  pause = FIRST_PAUSE;
  pausedUntil = 0;
  /** When it got the place, and when it last had it. */
  turnSince = 0;
  lastThere = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.prompts = new RateLimit(PROMPTS, 1 / SECONDS_PER_PROMPT, now);
  }
}

export interface Asking {
  /** Where the request comes from. */
  readonly origin?: string;
  /** Is told when another has got the place. */
  readonly onDisplaced?: () => void;
}

export class Pairing {
  private current: Pending | null = null;
  private readonly kinds: Readonly<Record<'page' | 'site' | 'program', Kind>>;
  private readonly launchCodes = new Map<string, number>();

  private readonly onChange: (pending: PendingPairing | null) => void;
  private readonly now: () => number;

  /**
   * @param onChange is told when a pairing begins, and when it is over.
   * @param now in ms.
   */
  constructor(onChange: (pending: PendingPairing | null) => void, now: () => number = Date.now) {
    this.onChange = onChange;
    this.now = now;

    this.kinds = { page: new Kind(now), site: new Kind(now), program: new Kind(now) };
  }

  /** The pairing that waits for its code. */
  get pending(): PendingPairing | null {
    const pending = this.alive();
    if (pending === null) return null;
    const { name, origin, code, expiresAt } = pending;
    return { name, origin, code, secondsLeft: this.secondsTo(expiresAt) };
  }

  /**
   * Begins a pairing. It takes the place of another kind's whose turn is over.
   *
   * @throws {PalimpsestError} PAIRING_BUSY, saying for how long.
   */
  request(
    name: string,
    { origin = PROGRAM, onDisplaced = () => {} }: Asking = {},
  ): { pairing: string; secondsLeft: number } {
    const kind = this.kindOf(origin);
    const busyUntil = Math.max(this.freeAt(kind), kind.pausedUntil);
    if (busyUntil > this.now()) {
      throw new PalimpsestError(
        'PAIRING_BUSY',
        sentence`Another pairing is under way, or one has just failed. Try again in ${{ seconds: this.secondsTo(busyUntil) }} seconds.`,
      );
    }
    if (!kind.prompts.take()) {
      throw new PalimpsestError(
        'PAIRING_BUSY',
        sentence`A pairing was asked for too often. Try again in ${{ seconds: SECONDS_PER_PROMPT }} seconds.`,
      );
    }
    const displaced = this.current;
    if (displaced !== null) this.end();
    displaced?.onDisplaced();
    if (this.now() - kind.lastThere > BREAK) kind.turnSince = this.now();
    const code = randomInt(1_000_000).toString().padStart(6, '0');
    this.current = { id: newId(), name, origin, code, expiresAt: this.now() + CODE_LIFE, onDisplaced };
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
    const kind = this.kindOf(pending.origin);
    if (sameSecret(pending.code, code)) {
      kind.pause = FIRST_PAUSE;
      kind.wrongCodes = 0;
      kind.prompts.giveBack();
      this.end();
      return pending.name;
    }
    if (++kind.wrongCodes < TRIES) {
      throw new PalimpsestError(
        'PAIRING_FAILED',
        sentence`The code is wrong. ${{ left: TRIES - kind.wrongCodes }} tries are left.`,
      );
    }
    kind.wrongCodes = 0;
    kind.pausedUntil = this.now() + kind.pause;
    kind.pause = Math.min(kind.pause * 2, MAX_PAUSE);
    this.end();
    throw new PalimpsestError(
      'PAIRING_FAILED',
      sentence`The code was wrong ${{ tries: TRIES }} times. Ask for a new one in ${{ seconds: this.secondsTo(kind.pausedUntil) }} seconds.`,
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
    if (this.current !== null) this.kindOf(this.current.origin).lastThere = this.now();
    this.current = null;
    this.onChange(null);
  }

  /** When the place is free for a kind, in ms since 1970: its own kind waits for the code to expire. */
  private freeAt(kind: Kind): number {
    const pending = this.alive();
    if (pending === null) return 0;
    const holder = this.kindOf(pending.origin);
    return holder === kind ? pending.expiresAt : Math.min(pending.expiresAt, holder.turnSince + TURN);
  }

  private kindOf(origin: string): Kind {
    const { page, site, program } = this.kinds;
    return origin === PROGRAM ? program : origin === 'null' ? page : site;
  }

  private secondsTo(time: number): number {
    return Math.ceil((time - this.now()) / 1000);
  }
}
