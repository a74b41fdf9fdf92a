/**
 * @file Letting a plugin in: it asks, the daemon shows a code, the person types it into the plugin.
 *
 * A code has only six digits, so guessing must be expensive: five tries, two minutes, one pairing at a time, and so many
 * wrong codes a day (guesses.ts). Others wait for their turn meanwhile (pairingTurns.ts). So whoever guesses, keeps the
 * place or asks again and again delays the others only by its own turns.
 */

import { randomInt } from 'node:crypto';
import { PalimpsestError, type PendingPairing, PROGRAM } from '@palimpsest/protocol';
import { Guesses } from './guesses.ts';
import { LaunchCodes } from './launchCodes.ts';
import { LIMITS } from './limits.ts';
import { type Kind, PairingTurns, type Source, sourceOf } from './pairingTurns.ts';
import { RateLimit } from './rateLimit.ts';
import { newId, sameSecret } from './secrets.ts';

const CODE_LIFE = 2 * 60_000;
/** Of one code. */
const TRIES = 5;
/** How long a code is shown while another request could be. */
const TURN = 45_000;
/** Prompts of one kind, beyond those that end with the right code: so many at once, and one in so many seconds. */
const PROMPTS = 5;
const SECONDS_PER_PROMPT = 20;
/** Between two looks at whose turn it is, while somebody waits. */
const TICK = 1000;

/** What a client is told when its code is shown. */
export interface Shown {
  readonly pairing: string;
  readonly secondsLeft: number;
}

export interface Asking {
  /** Where the request comes from. */
  readonly origin?: string;
  /** What the browser calls itself. */
  readonly agent?: string;
  /** Who asks; each has one place. */
  readonly requester?: object;
  /** Ends the pairing: who asked has gone. */
  readonly signal?: AbortSignal;
  /** Is told when it has to wait, and at each turn from then on: how many others do. */
  readonly onWaiting?: (others: number) => void;
  /** Is told when its code is no longer shown. */
  readonly onOver?: (why: Ending) => void;
}

/** The code was given, or wrong too often; its time is over, another's turn has come, or its requester asks anew or has gone. */
export type Ending = 'confirmed' | 'failed' | 'expired' | 'displaced' | 'replaced' | 'gone';

interface Request {
  readonly id: string;
  readonly name: string;
  readonly origin: string;
  readonly source: Source;
  readonly requester: object;
  readonly onWaiting: (others: number) => void;
  readonly onOver: (why: Ending) => void;
  readonly begin: (shown: Shown) => void;
  readonly refuse: (error: PalimpsestError) => void;
}

interface Current {
  readonly request: Request;
  readonly code: string;
  readonly shownAt: number;
  triesLeft: number;
}

export class Pairing {
  readonly launchCodes = new LaunchCodes();
  private current: Current | null = null;
  private readonly turns = new PairingTurns<Request>(LIMITS.pairings);
  private readonly guesses = new Guesses();
  private readonly prompts: Readonly<Record<Kind, RateLimit>>;
  private timer: NodeJS.Timeout | undefined;

  private readonly onChange: (pending: PendingPairing | null) => void;

  /** @param onChange is told when a code is shown, and when it is over. */
  constructor(onChange: (pending: PendingPairing | null) => void) {
    this.onChange = onChange;

    const prompts = () => new RateLimit(PROMPTS, 1 / SECONDS_PER_PROMPT);
    this.prompts = { page: prompts(), site: prompts(), program: prompts() };
  }

  /** The pairing whose code is shown. */
  get pending(): PendingPairing | null {
    if (this.current === null) return null;
    const { request, code } = this.current;
    return { name: request.name, origin: request.origin, code, secondsLeft: this.secondsLeft(this.current) };
  }

  /**
   * Asks for a code to be shown, and waits until it is.
   *
   * @throws {PalimpsestError} PAIRING_BUSY when others have displaced it, CANCELLED when who asked has gone.
   */
  request(name: string, asking: Asking = {}): Promise<Shown> {
    const { origin = PROGRAM, agent, requester = {}, signal, onWaiting = ignore, onOver = ignore } = asking;
    return new Promise((begin, refuse) => {
      const leave = () => this.withdraw(request);
      const forget = () => signal?.removeEventListener('abort', leave);
      const request: Request = {
        ...{ id: newId(), name, origin, requester, begin, onWaiting },
        source: sourceOf(origin, agent),
        refuse: (error) => {
          forget();
          refuse(error);
        },
        onOver: (why) => {
          forget();
          onOver(why);
        },
      };
      signal?.addEventListener('abort', leave);
      if (this.current?.request.requester === requester) this.end('replaced');
      const displaced = this.turns.enter(request);
      displaced?.refuse(displaced.requester === requester ? replaced() : crowdedOut());
      if (signal?.aborted === true) return this.withdraw(request);
      this.goOn();
      if (this.current?.request !== request) request.onWaiting(this.turns.size - 1);
    });
  }

  /**
   * Ends a pairing with the right code.
   *
   * @returns the name of who asked.
   * @throws {PalimpsestError} PAIRING_FAILED
   */
  confirm(pairing: string, code: string): string {
    this.goOn();
    if (this.current === null || !sameSecret(this.current.request.id, pairing)) {
      throw new PalimpsestError('PAIRING_FAILED', 'The code has expired or is used up. Ask for a new one.');
    }
    const { name, source } = this.current.request;
    if (sameSecret(this.current.code, code)) {
      this.guesses.forgive(source);
      this.prompts[source.kind].giveBack();
      this.end('confirmed');
      return name;
    }
    const { triesLeft, error } = this.guesses.count(source, this.current.triesLeft - 1);
    this.current.triesLeft = triesLeft;
    if (triesLeft === 0) this.end('failed');
    throw error;
  }

  private withdraw(request: Request): void {
    request.refuse(new PalimpsestError('CANCELLED', 'Who asked to be let in has gone.'));
    if (this.turns.leave(request)) return;
    if (this.current?.request === request) this.end('gone');
  }

  /** Ends what is over, and shows the next code. Comes again while there is anything to do. */
  private goOn(): void {
    const over = this.whyOver();
    if (over !== null) this.end(over);
    const next = this.current === null ? this.turns.next((one) => this.mayHaveTurn(one)) : undefined;
    if (next !== undefined) this.show(next);
    clearTimeout(this.timer);
    if (this.current !== null || this.turns.size > 0)
      this.timer = setTimeout(() => this.goOn(), TICK).unref();
  }

  private show(request: Request): void {
    this.turns.begin(request);
    this.prompts[request.source.kind].take();
    const code = randomInt(1_000_000).toString().padStart(6, '0');
    this.current = { request, code, shownAt: Date.now(), triesLeft: TRIES };
    this.onChange(this.pending);
    request.begin({ pairing: request.id, secondsLeft: this.secondsLeft(this.current) });
    for (const other of this.turns) other.onWaiting(this.turns.size - 1);
  }

  private end(why: Ending): void {
    const last = this.current;
    this.current = null;
    this.onChange(null);
    last?.request.onOver(why);
    this.goOn();
  }

  private whyOver(): Ending | null {
    if (this.current === null || this.endOf(this.current) > Date.now()) return null;
    return this.current.shownAt + CODE_LIFE <= Date.now() ? 'expired' : 'displaced';
  }

  /** In ms since 1970, as it is now: another may come. */
  private endOf({ shownAt }: Current): number {
    const othersMay = this.turns.next((one) => this.mayHaveTurn(one)) !== undefined;
    return shownAt + (othersMay ? TURN : CODE_LIFE);
  }

  private secondsLeft(current: Current): number {
    return Math.max(0, Math.ceil((this.endOf(current) - Date.now()) / 1000));
  }

  private mayHaveTurn({ source }: Request): boolean {
    return this.guesses.mayTry(source) && this.prompts[source.kind].has();
  }
}

const ignore = (): void => {};

const replaced = () =>
  new PalimpsestError('PAIRING_BUSY', 'The same connection has asked to be let in again, and that counts.');

const crowdedOut = () =>
  new PalimpsestError(
    'PAIRING_BUSY',
    'Too many others from the same place ask to be let in, so this request had to give way. Ask again.',
  );
