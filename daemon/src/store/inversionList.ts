/** @file The stored inversions as a list: what is there, and how to forget one. */

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { InversionInfo } from '@palimpsest/protocol';

const COMPLETE = /^([0-9a-f]{64})\.safetensors$/;

export class InversionList {
  /** @param folder of the inversion store. */
  constructor(private readonly folder: string) {}

  /** The finished ones, the last used first. */
  async list(): Promise<InversionInfo[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found = await Promise.all(names.map((name) => this.read(name)));
    return found.flatMap((info) => (info === null ? [] : [info])).sort((a, b) => b.usedAt - a.usedAt);
  }

  /** Whether there was one of that id. What is left of an unfinished one goes too. */
  async delete(id: string): Promise<boolean> {
    const found = await this.read(`${id}.safetensors`);
    await rm(join(this.folder, `${id}.safetensors`), { force: true });
    await rm(join(this.folder, `${id}.partial.safetensors`), { force: true });
    return found !== null;
  }

  private async read(name: string): Promise<InversionInfo | null> {
    const [, id] = COMPLETE.exec(name) ?? [];
    if (id === undefined) return null;
    // It can be evicted at any time.
    const facts = await stat(join(this.folder, name)).catch(() => null);
    return facts && { id, bytes: facts.size, usedAt: facts.mtimeMs };
  }
}
