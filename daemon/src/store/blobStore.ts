/**
 * @file Pictures on disk, named by the sha256 of their bytes. New ones push out the least recently used ones of whoever
 * holds most; those that a waiting or running job needs stay.
 */

import { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { type BlobHash, PalimpsestError, sentence } from '@palimpsest/protocol';
import { tellDamage } from '../files/damage.ts';
import { bytesOf, filesByUse, markUsed, removeIfPossible, useOf } from '../files/leastRecentlyUsed.ts';
import { makePrivateFolder, writePrivateFile } from '../files/privateFiles.ts';
import { readKeptFile } from '../files/readKeptFile.ts';
import { removeLeftovers } from '../files/writeFile.ts';
import { BlobReader } from './blobReader.ts';
import { surplusOfShares } from './fairShares.ts';

const DEFAULT_MAX_BYTES = 2 ** 30;

const FILE_NAME = /^[0-9a-f]{64}$/;

/** What is known of a stored blob. */
interface Entry {
  readonly size: number;
  /** How many jobs need it. */
  holds: number;
}

export interface BlobStoreOptions {
  /** Room for all blobs together; Infinity for a second store over a folder whose owner keeps it small. */
  readonly maxBytes?: number;
  /** Whose a blob is: each has a fair share of the room. */
  readonly ownersOf?: (hash: BlobHash) => Iterable<string>;
}

export class BlobStore {
  private readonly maxBytes: number;
  private readonly ownersOf: (hash: BlobHash) => Iterable<string>;
  /** Least recently used first. */
  private entries: Promise<Map<string, Entry>> | null = null;
  /** Puts go one after the other, so that two of them never count on the same room. */
  private lastPut: Promise<unknown> = Promise.resolve();

  private readonly folder: string;

  constructor(folder: string, { maxBytes = DEFAULT_MAX_BYTES, ownersOf = () => [] }: BlobStoreOptions = {}) {
    this.folder = folder;

    this.maxBytes = maxBytes;
    this.ownersOf = ownersOf;
  }

  /**
   * Keeps the bytes and returns their name.
   *
   * @throws {PalimpsestError} DISK_FULL when they do not fit beside what jobs hold, or the disk is full; WRITE_FAILED.
   */
  async put(bytes: Uint8Array): Promise<BlobHash> {
    const name = await sha256(bytes);
    const written = this.lastPut.then(() => this.write(name, bytes));
    this.lastPut = written.catch(() => undefined);
    await written;
    return `sha256:${name}`;
  }

  /** The bytes of that name, or null. Damaged ones count as none. */
  async get(hash: BlobHash): Promise<Uint8Array | null> {
    const name = nameOf(hash);
    if (!(await this.touch(name))) return null;
    const bytes = await readKeptFile(join(this.folder, name), Number.POSITIVE_INFINITY);
    if (bytes !== null && (await sha256(bytes)) === name) return bytes;
    await this.discard(hash);
    return null;
  }

  /** Opens the blob of that name to be read piece by piece, or null. Whoever opens it closes it. */
  async open(hash: BlobHash): Promise<BlobReader | null> {
    const name = nameOf(hash);
    return (await this.touch(name)) ? BlobReader.open(join(this.folder, name), name) : null;
  }

  /** Forgets a blob that was found to be damaged. */
  async discard(hash: BlobHash): Promise<void> {
    const name = nameOf(hash);
    const path = join(this.folder, name);
    tellDamage(`The stored picture ${path} is damaged. It is removed.`);
    (await this.index()).delete(name);
    removeIfPossible(path);
  }

  /** Keeps a blob until `release` is called as often; false when there is none of that name. */
  async hold(hash: BlobHash): Promise<boolean> {
    const name = nameOf(hash);
    if (!(await this.touch(name))) return false;
    const entry = (await this.index()).get(name);
    if (entry !== undefined) entry.holds += 1;
    return entry !== undefined;
  }

  /** Ends one `hold`. */
  async release(hash: BlobHash): Promise<void> {
    const entry = (await this.index()).get(nameOf(hash));
    if (entry !== undefined && entry.holds > 0) entry.holds -= 1;
  }

  /** Bytes of all blobs, or of those. */
  async size(hashes?: ReadonlySet<BlobHash>): Promise<number> {
    const entries = await this.index();
    const names = hashes === undefined ? [...entries.keys()] : [...hashes].map(nameOf);
    return bytesOf(names.flatMap((name) => entries.get(name) ?? []));
  }

  /** Takes note of a blob that another process has put into the folder, and makes room for it. */
  async adopt(hash: BlobHash): Promise<void> {
    if (await this.touch(nameOf(hash))) await this.makeRoom(0, nameOf(hash)).catch(() => undefined);
  }

  private async write(name: string, bytes: Uint8Array): Promise<void> {
    const holds = (await this.index()).get(name)?.holds ?? 0;
    // What is there may have been damaged since.
    if ((await this.get(`sha256:${name}`)) !== null) return;
    await this.makeRoom(bytes.length);
    await writePrivateFile(join(this.folder, name), bytes);
    (await this.index()).set(name, { size: bytes.length, holds });
  }

  /** Marks a blob as just used; false when there is none. */
  private async touch(name: string): Promise<boolean> {
    const entries = await this.index();
    const path = join(this.folder, name);
    const use = useOf(path);
    const entry = entries.get(name) ?? (use && { size: use.size, holds: 0 });
    // What was used last stands last.
    entries.delete(name);
    if (use === null || entry === null) return false;
    markUsed(path);
    entries.set(name, entry);
    return true;
  }

  /** Removes what is not held until `room` more bytes fit: of whoever holds most, what was not used for longest. */
  private async makeRoom(room: number, kept?: string): Promise<void> {
    const entries = await this.index();
    const limit = this.maxBytes - room;
    if (bytesOf([...entries.values()]) <= limit) return;
    const all = [...entries].map(([name, { size, holds }]) => ({
      ...{ name, size },
      stays: holds > 0 || name === kept,
      owners: this.ownersOf(`sha256:${name}`),
    }));
    // At once, so that nobody holds one that is about to go.
    for (const { name } of surplusOfShares(all, limit)) {
      entries.delete(name);
      removeIfPossible(join(this.folder, name));
    }
    if (bytesOf(all.filter(({ stays }) => stays)) > limit) {
      throw new PalimpsestError(
        'DISK_FULL',
        sentence`The ${{ maxBytes: this.maxBytes }} bytes that are set aside for pictures are in use by waiting jobs. Try again when some are done.`,
      );
    }
  }

  private index(): Promise<Map<string, Entry>> {
    this.entries ??= readIndex(this.folder).catch((error) => {
      // A disk may be back at the next try.
      this.entries = null;
      throw error;
    });
    return this.entries;
  }
}

async function readIndex(folder: string): Promise<Map<string, Entry>> {
  makePrivateFolder(folder);
  removeLeftovers(folder);
  const files = filesByUse(folder, (name) => FILE_NAME.test(name));
  return new Map(files.map(({ name, size }) => [name, { size, holds: 0 }]));
}

/** Off the main thread, so that a large picture blocks nobody. */
async function sha256(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

/** The file name of a hash: 64 hex digits by the schema, so never a path. */
const nameOf = (hash: BlobHash): string => hash.slice('sha256:'.length);
