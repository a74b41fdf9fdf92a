/**
 * @file Folders of limited size: a file's time says when it was last used, and new files push out the least recently
 * used. Several processes may share a folder, so a file may be gone at any moment.
 */

import { rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from './namesIn.ts';

export interface KeptFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** When it was last used, in ms since 1970. */
  readonly usedAt: number;
}

/**
 * The files of a folder, least recently used first. Those that vanish meanwhile are left out, and a folder that cannot be
 * read has none: whatever hinders that is told where something is written into it.
 *
 * @param counts which names belong to what is kept there.
 */
export function filesByUse(folder: string, counts: (name: string) => boolean): KeptFile[] {
  const files = namesIn(folder)
    .filter(counts)
    .flatMap((name) => {
      const path = join(folder, name);
      const use = useOf(path);
      return use === null ? [] : [{ name, path, ...use }];
    });
  return files.sort((a, b) => a.usedAt - b.usedAt);
}

/** A file's size, and when it was last used; null where there is none. */
export function useOf(path: string): Pick<KeptFile, 'size' | 'usedAt'> | null {
  try {
    const facts = statSync(path);
    return facts.isFile() ? { size: facts.size, usedAt: facts.mtimeMs } : null;
  } catch {
    return null;
  }
}

/**
 * Says that a file is used now: in its own time, so that the order of use outlives the process. Where that cannot be, on a
 * disk that became read-only, or where the file is another's, the order is all that suffers.
 */
export function markUsed(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {}
}

/** Those of some files, taken from the first on, that have to go for the others to take at most `limit` bytes. */
export function surplus<T extends { readonly size: number }>(files: readonly T[], limit: number): T[] {
  let used = bytesOf(files);
  const gone: T[] = [];
  for (const file of files) {
    if (used <= limit) break;
    gone.push(file);
    used -= file.size;
  }
  return gone;
}

/** Removes what was not used for longest, until the files that count take at most `limit` bytes together. */
export function shrink(folder: string, counts: (name: string) => boolean, limit: number): void {
  for (const { path } of surplus(filesByUse(folder, counts), limit)) removeIfPossible(path);
}

export const bytesOf = (files: readonly { readonly size: number }[]): number =>
  files.reduce((sum, { size }) => sum + size, 0);

/** Windows keeps a file that is in use: there will be another time. */
export function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}
