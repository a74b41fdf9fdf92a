/**
 * @file Who waits for a code to be shown, and whose turn is next. Kinds of places take turns, and so do the sources of
 * each kind: a source that had no turn yet comes before all that had one, however often those ask. Within a source,
 * whoever has waited longest comes first.
 */

import { PROGRAM } from '@palimpsest/protocol';

/** Pages without an address, other pages, and programs. */
export type Kind = 'page' | 'site' | 'program';

/** Where requests come from, as far as that can be told apart. */
export interface Source {
  readonly kind: Kind;
  readonly name: string;
}

/** Whoever asks, by the identity of its object: a connection. It has one place, however often it asks. */
export interface Waiting {
  readonly source: Source;
  readonly requester: object;
}

/** Sources whose last turn is remembered: more than a person has browsers. */
const REMEMBERED = 256;

/**
 * No page can choose its origin, or what its browser calls itself: so pages without an address are known by their browser,
 * and the window of an app is not taken for a page in a browser. A program can choose both, so it has one source.
 *
 * @param agent the browser's name for itself, as `User-Agent` has it.
 */
export function sourceOf(origin: string, agent = ''): Source {
  if (origin === PROGRAM) return { kind: 'program', name: PROGRAM };
  return origin === 'null' ? { kind: 'page', name: `null ${agent}` } : { kind: 'site', name: origin };
}

export class PairingTurns<T extends Waiting> {
  /** Who came first stands first. */
  private readonly waiting = new Set<T>();
  private turns = 0;
  /** When each had its last turn, by their count. */
  private readonly kinds = new Map<Kind, number>();
  private readonly sources = new Map<string, number>();

  private readonly places: number;

  /** @param places of each kind. */
  constructor(places: number) {
    this.places = places;
  }

  get size(): number {
    return this.waiting.size;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.waiting.values();
  }

  /**
   * Takes a place behind the others of its source.
   *
   * @returns who has to go for it: an earlier request of the same requester, or, where all places of its kind are taken, the
   * oldest of the source that has most of them.
   */
  enter(one: T): T | undefined {
    const again = [...this.waiting].find(({ requester }) => requester === one.requester);
    const displaced = again ?? this.surplusOf(one.source.kind);
    if (displaced !== undefined) this.waiting.delete(displaced);
    this.waiting.add(one);
    return displaced;
  }

  /** Gives up its place; whether it had one. */
  leave(one: T): boolean {
    return this.waiting.delete(one);
  }

  /** Whose turn is next, of those that may have one now. */
  next(mayHaveIt: (one: T) => boolean): T | undefined {
    let next: T | undefined;
    for (const one of this.waiting) {
      if (mayHaveIt(one) && (next === undefined || this.comesBefore(one, next))) next = one;
    }
    return next;
  }

  /** It has its turn, and no place among those that wait any more. */
  begin(one: T): void {
    const { kind, name } = one.source;
    this.waiting.delete(one);
    this.turns += 1;
    this.kinds.set(kind, this.turns);
    this.sources.delete(name);
    this.sources.set(name, this.turns);
    const [longestAgo] = this.sources.keys();
    if (this.sources.size > REMEMBERED) this.sources.delete(longestAgo!);
  }

  private comesBefore(one: Waiting, other: Waiting): boolean {
    const [a, b] = [one.source, other.source];
    if (a.kind !== b.kind) return (this.kinds.get(a.kind) ?? 0) < (this.kinds.get(b.kind) ?? 0);
    return (this.sources.get(a.name) ?? 0) < (this.sources.get(b.name) ?? 0);
  }

  private surplusOf(kind: Kind): T | undefined {
    const bySource = new Map<string, T[]>();
    let count = 0;
    for (const one of this.waiting) {
      if (one.source.kind !== kind) continue;
      count += 1;
      const own = bySource.get(one.source.name);
      if (own === undefined) bySource.set(one.source.name, [one]);
      else own.push(one);
    }
    if (count < this.places) return undefined;
    return [...bySource.values()].reduce((most, own) => (own.length > most.length ? own : most))[0];
  }
}
