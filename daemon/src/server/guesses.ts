/**
 * @file Wrong pairing codes, and what they cost. A source may give some at once, and then as many as come back with time,
 * so whoever comes after it, from the same place, waits minutes at most. A program can pretend to be a new source each
 * time, so each kind of place has a bound of its own: in a day, all three together try fewer than 1000 of a million codes.
 */

import { PalimpsestError, sentence } from '@palimpsest/protocol';
import type { Kind, Source } from './pairingTurns.ts';
import { RateLimit } from './rateLimit.ts';

/** Of one source: two codes' tries at once, and one in so many seconds. */
const OF_SOURCE = 10;
const SECONDS_PER_GUESS = 300;
/** Of one kind: more than one source can use up. */
const OF_KIND = 30;
const SECONDS_PER_GUESS_OF_KIND = 288;
/** Sources that are remembered: those that guessed longest ago are forgotten first. */
const REMEMBERED = 256;

export class Guesses {
  private readonly sources = new Map<string, RateLimit>();
  private readonly kinds: Readonly<Record<Kind, RateLimit>>;

  constructor() {
    const ofKind = () => new RateLimit(OF_KIND, 1 / SECONDS_PER_GUESS_OF_KIND);
    this.kinds = { page: ofKind(), site: ofKind(), program: ofKind() };
  }

  /** Whether a source may try a code now. Where not, its turn waits, for minutes: a code that nobody may try is of no use. */
  mayTry(source: Source): boolean {
    return this.limitsOf(source).every((limit) => limit.has());
  }

  /** It gave the right code. */
  forgive({ name }: Source): void {
    this.sources.delete(name);
  }

  /**
   * Counts a wrong code.
   *
   * @param most tries that this code has left.
   * @returns what is left: no tries mean that this pairing is over.
   */
  count(source: Source, most: number): { readonly triesLeft: number; readonly error: PalimpsestError } {
    this.remember(source);
    const limits = this.limitsOf(source);
    for (const limit of limits) limit.spend(1);
    const triesLeft = Math.min(most, ...limits.map(({ whole }) => whole));
    const seconds = Math.ceil(Math.max(...limits.map((limit) => limit.secondsToNext())));
    return { triesLeft, error: new PalimpsestError('PAIRING_FAILED', told(triesLeft, seconds)) };
  }

  private limitsOf({ kind, name }: Source): RateLimit[] {
    const own = this.sources.get(name);
    return own === undefined ? [this.kinds[kind]] : [this.kinds[kind], own];
  }

  private remember({ name }: Source): void {
    const own = this.sources.get(name) ?? new RateLimit(OF_SOURCE, 1 / SECONDS_PER_GUESS);
    this.sources.delete(name);
    this.sources.set(name, own);
    const [longestAgo] = this.sources.keys();
    if (this.sources.size > REMEMBERED) this.sources.delete(longestAgo!);
  }
}

/** @param seconds until the next try. */
function told(triesLeft: number, seconds: number) {
  if (triesLeft > 0) return sentence`The code is wrong. ${{ left: triesLeft }} tries are left.`;
  return seconds > 0
    ? sentence`The code is wrong, and was the last try. Ask for a new code, which is shown in ${{ seconds }} seconds at the earliest.`
    : 'The code is wrong, and was the last try. Ask for a new code.';
}
