/** @file The stored inversions as a list: what is there, and how to delete one. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { InversionInfo } from '@palimpsest/protocol';
import { useOf } from '../files/leastRecentlyUsed.ts';
import { writeError } from '../files/writeFile.ts';

const COMPLETE = /^([0-9a-f]{64})\.safetensors$/;

export class InversionList {
  private readonly folder: string;

  /** @param folder of the inversion store. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** The finished ones, the last used first. */
  async list(): Promise<InversionInfo[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found = names.map((name) => this.read(name));
    return found.flatMap((info) => (info === null ? [] : [info])).sort((a, b) => b.usedAt - a.usedAt);
  }

  /**
   * Whether there was one of that id. What is left of an unfinished one goes too.
   *
   * @throws {PalimpsestError} WRITE_FAILED.
   */
  async delete(id: string): Promise<boolean> {
    const found = this.read(`${id}.safetensors`);
    for (const kind of ['', '.partial']) {
      const path = join(this.folder, `${id}${kind}.safetensors`);
      await rm(path, { force: true, recursive: true }).catch((cause) => {
        throw writeError(path, cause);
      });
    }
    return found !== null;
  }

  private read(name: string): InversionInfo | null {
    const [, id] = COMPLETE.exec(name) ?? [];
    if (id === undefined) return null;
    // It can be evicted at any time.
    const use = useOf(join(this.folder, name));
    return use && { id, bytes: use.size, usedAt: use.usedAt };
  }
}
