/**
 * @file Who has what. Pictures and inversions are stored once, by their content, no matter who brings or makes them.
 * For each client that has one, an empty file records that, also across restarts.
 */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesByUse, markUsed, removeIfPossible } from '../files/leastRecentlyUsed.ts';
import { namesIn } from '../files/namesIn.ts';
import { makePrivateFile } from '../files/privateFiles.ts';

/** Of each owner; what was claimed longest ago is forgotten first, and has to be given again. */
const MAX_EACH = 4000;

/** A thing by its content's hash. */
export type Thing = `${'picture' | 'inversion'}-${string}`;

const THING = /^(picture|inversion)-[0-9a-f]{64}$/;
const OWNER = /^[\w-]+$/;

const NONE: ReadonlySet<string> = new Set();

export class Ownership {
  /** Whether nothing was ever said here: earlier versions did not. */
  readonly isNew: boolean;
  /** Of each owner, what was claimed longest ago first. */
  private readonly things = new Map<string, Set<string>>();
  /** Of each thing that is anybody's. */
  private readonly owners = new Map<string, Set<string>>();

  /** Called with each thing whose owners have changed. */
  private changed: (thing: Thing) => void = () => {};

  private readonly folder: string;
  private readonly maxEach: number;

  /** @param folder with a folder for each owner. */
  constructor(folder: string, maxEach = MAX_EACH) {
    this.folder = folder;
    this.maxEach = maxEach;

    this.isNew = !existsSync(folder);
    for (const owner of namesIn(folder).filter((name) => OWNER.test(name))) {
      const files = filesByUse(join(folder, owner), (name) => THING.test(name));
      this.things.set(owner, new Set());
      for (const { name } of files) this.note(owner, name);
    }
  }

  has(owner: string, thing: Thing): boolean {
    return this.things.get(owner)?.has(thing) ?? false;
  }

  /** What that owner has, what was claimed longest ago first. */
  thingsOf(owner: string): ReadonlySet<string> {
    return this.things.get(owner) ?? NONE;
  }

  /** Whether it is anybody's. */
  isOwned(thing: Thing): boolean {
    return this.owners.has(thing);
  }

  /** Who has it. */
  ownersOf(thing: Thing): ReadonlySet<string> {
    return this.owners.get(thing) ?? NONE;
  }

  /** @param changed called with each thing whose owners have changed, from now on. */
  onChange(changed: (thing: Thing) => void): void {
    this.changed = changed;
  }

  /** Makes it the owner's as well. Where the disk cannot keep that, it holds until the daemon ends. */
  claim(owner: string, thing: Thing): void {
    const things = this.things.get(owner) ?? new Set();
    this.things.set(owner, things);
    const path = join(this.folder, owner, thing);
    // The last claim stands last, here and on the disk.
    makePrivateFile(path);
    markUsed(path);
    things.delete(thing);
    this.note(owner, thing);
    this.changed(thing);
    for (const oldest of things) {
      if (things.size <= this.maxEach) break;
      this.renounce(owner, oldest as Thing);
    }
  }

  /** It is the owner's no more. */
  renounce(owner: string, thing: Thing): void {
    this.forget(owner, thing);
    removeIfPossible(join(this.folder, owner, thing));
  }

  /** Forgets the owners who are not among those any more. */
  keepOnly(isKnown: (owner: string) => boolean): void {
    for (const owner of [...this.things.keys()].filter((name) => !isKnown(name))) {
      for (const thing of this.things.get(owner) ?? []) this.forget(owner, thing);
      this.things.delete(owner);
      try {
        rmSync(join(this.folder, owner), { recursive: true, force: true });
      } catch {
        // At the next start, then: nobody has that name.
      }
    }
  }

  private note(owner: string, thing: string): void {
    this.things.get(owner)?.add(thing);
    const owners = this.owners.get(thing) ?? new Set();
    this.owners.set(thing, owners.add(owner));
  }

  private forget(owner: string, thing: string): void {
    this.things.get(owner)?.delete(thing);
    const owners = this.owners.get(thing);
    owners?.delete(owner);
    if (owners?.size === 0) this.owners.delete(thing);
    this.changed(thing as Thing);
  }
}
