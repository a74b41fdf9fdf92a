/** @file The stored inversions as a list: what is there, and how to delete one. */

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { InversionInfo } from '@palimpsest/protocol';
import { writeError } from '../files/writeFile.ts';

const COMPLETE = /^([0-9a-f]{64})\.safetensors$/;

/** How long a look at the folder counts, in ms: the use of an inversion changes nothing but the time of its file. */
const COUNTS_FOR = 1000;
/** Between a change of the folder and a look that has surely seen it, in ms: a file system's clock has ticks. */
const TICK = 100;
/** How many files are looked at at once: the rest of the daemon reads files too. */
const AT_ONCE = 8;

interface Look {
  /** In ms since 1970; long ago where it does not count any more. */
  begun: number;
  readonly found: Promise<ReadonlyMap<string, InversionInfo>>;
  isDone: boolean;
}

export class InversionList {
  private readonly folder: string;
  private readonly now: () => number;
  private last: Look | null = null;
  /** The look that begins when the last one has ended, for those who wait for it. */
  private next: Promise<ReadonlyMap<string, InversionInfo>> | null = null;

  /**
   * @param folder of the inversion store.
   * @param now in ms since 1970, as the times of files.
   */
  constructor(folder: string, now: () => number = Date.now) {
    this.folder = folder;
    this.now = now;
  }

  /** The finished ones among those of these ids, the last used first. However many ask, the folder is looked through once. */
  async list(ids: Iterable<string> | 'all' = 'all'): Promise<InversionInfo[]> {
    const wanted = ids === 'all' ? null : [...ids];
    if (wanted?.length === 0) return [];
    const all = await this.look();
    const infos = wanted === null ? [...all.values()] : wanted.flatMap((id) => all.get(id) ?? []);
    return infos.sort((a, b) => b.usedAt - a.usedAt);
  }

  /** The finished one of that id, or null. */
  async find(id: string): Promise<InversionInfo | null> {
    // It can be evicted at any time.
    const facts = await stat(join(this.folder, `${id}.safetensors`)).catch(() => null);
    return facts?.isFile() ? { id, bytes: facts.size, usedAt: facts.mtimeMs } : null;
  }

  /**
   * Whether there was one of that id. What is left of an unfinished one goes too.
   *
   * @throws {PalimpsestError} WRITE_FAILED.
   */
  async delete(id: string): Promise<boolean> {
    const found = await this.find(id);
    for (const kind of ['', '.partial']) {
      const path = join(this.folder, `${id}${kind}.safetensors`);
      await rm(path, { force: true, recursive: true }).catch((cause) => {
        throw writeError(path, cause);
      });
    }
    if (this.last !== null) this.last.begun = Number.NEGATIVE_INFINITY;
    return found !== null;
  }

  private async look(): Promise<ReadonlyMap<string, InversionInfo>> {
    const facts = await stat(this.folder).catch(() => null);
    const last = this.last;
    if (last !== null && facts !== null && facts.mtimeMs + TICK < last.begun) {
      const age = this.now() - last.begun;
      if (!last.isDone || (age >= 0 && age < COUNTS_FOR)) return last.found;
    }
    if (last === null || last.isDone) return this.begin();
    // It may have missed what changed meanwhile. One more look serves all who come until it begins.
    this.next ??= last.found.then(() => {
      this.next = null;
      return this.begin();
    });
    return this.next;
  }

  private async begin(): Promise<ReadonlyMap<string, InversionInfo>> {
    const look: Look = { begun: this.now(), found: this.read(), isDone: false };
    this.last = look;
    const found = await look.found;
    look.isDone = true;
    return found;
  }

  private async read(): Promise<ReadonlyMap<string, InversionInfo>> {
    const names = await readdir(this.folder).catch(() => []);
    const ids = names.flatMap((name) => COMPLETE.exec(name)?.[1] ?? []);
    const found = new Map<string, InversionInfo>();
    const rest = ids.values();
    const readOn = async () => {
      for (const id of rest) {
        const info = await this.find(id);
        if (info !== null) found.set(id, info);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, readOn));
    return found;
  }
}
