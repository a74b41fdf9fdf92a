/**
 * @file Files that share one room, and which of them make room for new ones: those of whoever holds most, so that nobody can
 * push out another's. Sums are kept as files come and go, so that making room takes no longer for having many files.
 */

interface Entry {
  /** In bytes. */
  readonly size: number;
  /** How many need it: it takes room, and does not make any. */
  holds: number;
  /** Whose it is. */
  readonly owners: readonly string[];
  /** The one of them who held least when it was last used: it is in their share. */
  readonly sharer: string;
}

interface Share {
  /** What all files of that owner count. */
  owned: number;
  /** What those in the share count. */
  shared: number;
  /** Those of the share that nobody needs, least recently used first. */
  readonly mayGo: Set<string>;
}

/** What is nobody's is together one more share. */
const NOBODY: readonly string[] = [''];

export class FairShares {
  private readonly entries = new Map<string, Entry>();
  /** The one that was used last stands last. */
  private readonly shares = new Map<string, Share>();
  private counted = 0;
  private held = 0;

  private readonly ownersOf: (name: string) => Iterable<string>;
  private readonly least: number;

  /**
   * @param ownersOf whose a file is. Where that changes, `ownersChanged` has to be called.
   * @param least bytes that each file counts at least: without that, any number of small ones had room.
   */
  constructor(ownersOf: (name: string) => Iterable<string>, least: number) {
    this.ownersOf = ownersOf;
    this.least = least;
  }

  /** What those that are needed count, in bytes. */
  get needed(): number {
    return this.held;
  }

  /** What a file of that size takes, in bytes. */
  costOf(size: number): number {
    return Math.max(size, this.least);
  }

  /** In bytes, as it is; null where there is none of that name. */
  sizeOf(name: string): number | null {
    return this.entries.get(name)?.size ?? null;
  }

  /** In bytes, as they are. */
  sizeOfAll(): number {
    return [...this.entries.values()].reduce((sum, { size }) => sum + size, 0);
  }

  holdsOf(name: string): number {
    return this.entries.get(name)?.holds ?? 0;
  }

  /** Puts a file where what was used last is, in place of one of its name. */
  put(name: string, size: number, holds = this.holdsOf(name)): void {
    this.delete(name);
    const owners = [...this.ownersOf(name)];
    const whose = owners.length === 0 ? NOBODY : owners;
    const cost = this.costOf(size);
    for (const owner of whose) this.shareOf(owner).owned += cost;
    const sharer = this.leastOf(whose);
    const share = this.shareOf(sharer);
    // The share that was used last stands last.
    this.shares.delete(sharer);
    this.shares.set(sharer, share);
    share.shared += cost;
    if (holds === 0) share.mayGo.add(name);
    this.entries.set(name, { size, holds, owners: whose, sharer });
    this.counted += cost;
    if (holds > 0) this.held += cost;
  }

  delete(name: string): void {
    const entry = this.entries.get(name);
    if (entry === undefined) return;
    const cost = this.costOf(entry.size);
    const share = this.shareOf(entry.sharer);
    share.shared -= cost;
    share.mayGo.delete(name);
    for (const owner of entry.owners) {
      this.shareOf(owner).owned -= cost;
      if (this.shareOf(owner).owned === 0) this.shares.delete(owner);
    }
    this.entries.delete(name);
    this.counted -= cost;
    if (entry.holds > 0) this.held -= cost;
  }

  /** Counts one more who needs it, or one less; false where there is none of that name. */
  need(name: string, change: 1 | -1): boolean {
    const entry = this.entries.get(name);
    if (entry === undefined) return false;
    this.put(name, entry.size, Math.max(0, entry.holds + change));
    return true;
  }

  /** It is somebody else's too, or no more. */
  ownersChanged(name: string): void {
    const entry = this.entries.get(name);
    if (entry !== undefined) this.put(name, entry.size);
  }

  /**
   * Takes out those that have to go for the others to count at most `limit` bytes, as far as that can be: one by one, what the
   * largest share has not used for longest; of two as large, the one that was used last. What several have is in the share of the one who holds least.
   *
   * @returns their names.
   */
  shrink(limit: number): string[] {
    const gone: string[] = [];
    while (this.counted > limit) {
      const name = this.next();
      if (name === null) break;
      this.delete(name);
      gone.push(name);
    }
    return gone;
  }

  private next(): string | null {
    for (;;) {
      const able = [...this.shares.values()].filter(({ mayGo }) => mayGo.size > 0);
      if (able.length === 0) return null;
      const largest = able.reduce((one, other) => (other.shared >= one.shared ? other : one));
      const [name] = largest.mayGo;
      const { owners, sharer, size } = this.entries.get(name!)!;
      if (this.leastOf(owners) === sharer) return name!;
      // Another of those who have it holds least by now.
      this.put(name!, size);
    }
  }

  private leastOf(owners: readonly string[]): string {
    return owners.reduce((one, other) => (this.shareOf(other).owned < this.shareOf(one).owned ? other : one));
  }

  private shareOf(owner: string): Share {
    const share = this.shares.get(owner) ?? { owned: 0, shared: 0, mayGo: new Set() };
    this.shares.set(owner, share);
    return share;
  }
}
