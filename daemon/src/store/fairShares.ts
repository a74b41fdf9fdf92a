/**
 * @file Which files make room for new ones: those of whoever holds most, so that nobody can push out another's files.
 */

import { bytesOf } from '../files/leastRecentlyUsed.ts';

export interface SharedFile {
  /** In bytes. */
  readonly size: number;
  /** It is in use: it takes room, and does not make any. */
  readonly stays: boolean;
  /** Whose it is; what is nobody's is together one more share. */
  readonly owners: Iterable<string>;
}

interface FairShare<T> {
  bytes: number;
  /** Least recently used last. */
  readonly mayGo: T[];
}

const NOBODY = '';

/**
 * Those that have to go for the others to take at most `limit` bytes: one by one, what the largest share has not used for
 * longest. What several have is in the share of the one who holds least.
 *
 * @param files least recently used first.
 */
export function surplusOfShares<T extends SharedFile>(files: readonly T[], limit: number): T[] {
  const shares = [...sharesOf(files).values()];
  const gone: T[] = [];
  for (let used = bytesOf(files); used > limit; used -= gone.at(-1)!.size) {
    const able = shares.filter(({ mayGo }) => mayGo.length > 0);
    if (able.length === 0) break;
    const largest = able.reduce((one, other) => (other.bytes > one.bytes ? other : one));
    const file = largest.mayGo.pop()!;
    largest.bytes -= file.size;
    gone.push(file);
  }
  return gone;
}

function sharesOf<T extends SharedFile>(files: readonly T[]): Map<string, FairShare<T>> {
  const held = new Map<string, number>();
  for (const file of files) {
    for (const owner of ownersOf(file)) held.set(owner, (held.get(owner) ?? 0) + file.size);
  }
  const shares = new Map<string, FairShare<T>>();
  for (const file of files.toReversed()) {
    const owner = ownersOf(file).reduce((one, other) => (held.get(other)! < held.get(one)! ? other : one));
    const share = shares.get(owner) ?? { bytes: 0, mayGo: [] };
    shares.set(owner, share);
    share.bytes += file.size;
    if (!file.stays) share.mayGo.push(file);
  }
  return shares;
}

function ownersOf({ owners }: SharedFile): string[] {
  const all = [...owners];
  return all.length === 0 ? [NOBODY] : all;
}
