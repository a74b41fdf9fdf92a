/**
 * @file Wrong pairing codes, and what they cost. After five, a source waits for its next turn, twice as long each time,
 * up to an hour. A program can pretend to be a new source each time, so each kind of place has a bound of its own.
 */

import { PalimpsestError, sentence } from '@palimpsest/protocol';
import type { Kind, Source } from './pairingTurns.ts';
import { RateLimit } from './rateLimit.ts';

const TRIES = 5;
const FIRST_PAUSE = 30_000;
const MAX_PAUSE = 60 * 60_000;
/** Wrong codes of one kind: so many at once, and one in so many seconds, which is more than one source can give. */
const OF_KIND = 60;
const SECONDS_PER_GUESS = 360;
/** Sources that are remembered: those that guessed longest ago are forgotten first. */
const REMEMBERED = 256;

/** What is remembered of a source. */
interface Guesser {
  /** Since the last right code, or the last pause: who goes away and asks again has no more tries than others. */
  wrongCodes: number;
  pause: number;
  pausedUntil: number;
}

/** What is remembered of a kind. */
interface GuessersOfKind {
  readonly guesses: RateLimit;
  pausedUntil: number;
}

export class Guesses {
  private readonly sources = new Map<string, Guesser>();
  private readonly kinds = new Map<Kind, GuessersOfKind>();

  /** When a source may have its next turn, in ms since 1970. */
  pausedUntil({ kind, name }: Source): number {
    return Math.max(this.sources.get(name)?.pausedUntil ?? 0, this.kinds.get(kind)?.pausedUntil ?? 0);
  }

  /** It gave the right code. */
  forgive({ name }: Source): void {
    this.sources.delete(name);
  }

  /** Counts a wrong code, and says what is left: no tries mean that this pairing is over. */
  count(source: Source): { readonly triesLeft: number; readonly error: PalimpsestError } {
    const { name, kind } = source;
    const guesser = this.sources.get(name) ?? { wrongCodes: 0, pause: FIRST_PAUSE, pausedUntil: 0 };
    this.sources.delete(name);
    this.sources.set(name, guesser);
    const [longestAgo] = this.sources.keys();
    if (this.sources.size > REMEMBERED) this.sources.delete(longestAgo!);
    const all = this.ofKind(kind);
    guesser.wrongCodes += 1;
    all.guesses.spend(1);
    if (!all.guesses.has()) all.pausedUntil = Date.now() + SECONDS_PER_GUESS * 1000;
    if (guesser.wrongCodes >= TRIES) {
      guesser.wrongCodes = 0;
      guesser.pausedUntil = Date.now() + guesser.pause;
      guesser.pause = Math.min(guesser.pause * 2, MAX_PAUSE);
    }
    const seconds = Math.ceil((this.pausedUntil(source) - Date.now()) / 1000);
    if (seconds <= 0) {
      const left = TRIES - guesser.wrongCodes;
      const wrong = sentence`The code is wrong. ${{ left }} tries are left.`;
      return { triesLeft: left, error: new PalimpsestError('PAIRING_FAILED', wrong) };
    }
    const told = sentence`The code was wrong ${{ tries: TRIES }} times. Ask for a new one, which is shown in ${{ seconds }} seconds at the earliest.`;
    return { triesLeft: 0, error: new PalimpsestError('PAIRING_FAILED', told) };
  }

  private ofKind(kind: Kind): GuessersOfKind {
    const known = this.kinds.get(kind) ?? {
      guesses: new RateLimit(OF_KIND, 1 / SECONDS_PER_GUESS),
      pausedUntil: 0,
    };
    this.kinds.set(kind, known);
    return known;
  }
}
