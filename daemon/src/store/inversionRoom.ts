/**
 * @file Keeps stored inversions small for a daemon, which knows whose they are: those of whoever has most make room. It
 * leaves some of the room that the engine has to what a job writes meanwhile, so the engine, which knows no owners, has
 * nothing to remove.
 */

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FairShares } from './fairShares.ts';

/** Three quarters of what the engine keeps. */
const DEFAULT_MAX_BYTES = 1.5 * 2 ** 30;
/** Each counts that many bytes at least. */
const LEAST = 2 ** 16;

const INVERSION = /^([0-9a-f]{64})(\.partial)?\.safetensors$/;

export class InversionRoom {
  private readonly folder: string;
  private readonly ownersOf: (id: string) => Iterable<string>;
  private readonly maxBytes: number;
  private last: Promise<void> = Promise.resolve();
  private next: Promise<void> | null = null;

  /** @param ownersOf whose an inversion is; unfinished ones are nobody's. */
  constructor(folder: string, ownersOf: (id: string) => Iterable<string>, maxBytes = DEFAULT_MAX_BYTES) {
    this.folder = folder;
    this.ownersOf = ownersOf;
    this.maxBytes = maxBytes;
  }

  /** Removes what has to go. However many ask meanwhile, it is done once more for all of them. Never rejects. */
  shrink(): Promise<void> {
    this.next ??= this.last.then(() => {
      this.next = null;
      this.last = this.removeSurplus();
      return this.last;
    });
    return this.next;
  }

  private async removeSurplus(): Promise<void> {
    const shares = new FairShares((name) => {
      const [, id = '', partial] = INVERSION.exec(name) ?? [];
      return partial === undefined ? this.ownersOf(id) : [];
    }, LEAST);
    for (const { name, size } of await this.byUse()) shares.put(name, size);
    for (const name of shares.shrink(this.maxBytes)) {
      // Where the disk does not let it go, there will be another time.
      await rm(join(this.folder, name), { force: true }).catch(() => undefined);
    }
  }

  /** Least recently used first. One after the other: others read files too. */
  private async byUse(): Promise<{ readonly name: string; readonly size: number }[]> {
    const names = await readdir(this.folder).catch(() => []);
    const files = [];
    for (const name of names.filter((each) => INVERSION.test(each))) {
      const facts = await stat(join(this.folder, name)).catch(() => null);
      if (facts?.isFile()) files.push({ name, size: facts.size, usedAt: facts.mtimeMs });
    }
    return files.sort((a, b) => a.usedAt - b.usedAt);
  }
}
