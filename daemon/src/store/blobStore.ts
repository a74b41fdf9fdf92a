/**
 * @file Pictures on disk, named by the sha256 of their bytes. New ones push out the least recently used ones of whoever
 * holds most; those that a waiting or running job needs stay.
 */

import { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { type BlobHash, PalimpsestError, sentence } from '@palimpsest/protocol';
import { tellDamage } from '../files/damage.ts';
import { filesByUse, markUsed, removeIfPossible, useOf } from '../files/leastRecentlyUsed.ts';
import { makePrivateFolder, writePrivateFile } from '../files/privateFiles.ts';
import { readKeptFile } from '../files/readKeptFile.ts';
import { removeLeftovers } from '../files/writeFile.ts';
import { BlobReader } from './blobReader.ts';
import { FairShares } from './fairShares.ts';

const DEFAULT_MAX_BYTES = 2 ** 30;

const FILE_NAME = /^[0-9a-f]{64}$/;

const DEFAULT_MAX_BLOBS = 2 ** 16;

export interface BlobStoreOptions {
  /** Room for all blobs together; Infinity for a second store over a folder whose owner keeps it small. */
  readonly maxBytes?: number;
  /** How many have room, however small they are: each counts its part of `maxBytes` at least. */
  readonly maxBlobs?: number;
  /** Whose a blob is: each has a fair share of the room. Where that changes, `ownersChanged` has to be called. */
  readonly ownersOf?: (hash: BlobHash) => Iterable<string>;
}

export class BlobStore {
  private readonly maxBytes: number;
  private readonly maxBlobs: number;
  private readonly ownersOf: (hash: BlobHash) => Iterable<string>;
  private opened: Promise<FairShares> | null = null;
  /** The same, once it is there. */
  private shares: FairShares | null = null;
  /** Puts go one after the other, so that two of them never count on the same room. */
  private lastPut: Promise<unknown> = Promise.resolve();

  private readonly folder: string;

  constructor(
    folder: string,
    {
      maxBytes = DEFAULT_MAX_BYTES,
      maxBlobs = DEFAULT_MAX_BLOBS,
      ownersOf = () => [],
    }: BlobStoreOptions = {},
  ) {
    this.folder = folder;

    this.maxBytes = maxBytes;
    this.maxBlobs = maxBlobs;
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
    return (await this.index()).need(name, 1);
  }

  /** Ends one `hold`. */
  async release(hash: BlobHash): Promise<void> {
    (await this.index()).need(nameOf(hash), -1);
  }

  /** Bytes of all blobs, or of those. */
  async size(hashes?: ReadonlySet<BlobHash>): Promise<number> {
    const shares = await this.index();
    if (hashes === undefined) return shares.sizeOfAll();
    return [...hashes].reduce((sum, hash) => sum + (shares.sizeOf(nameOf(hash)) ?? 0), 0);
  }

  /** Takes note of a blob that another process has put into the folder, and makes room for it. */
  async adopt(hash: BlobHash): Promise<void> {
    if (!(await this.hold(hash))) return;
    this.remove((await this.index()).shrink(this.maxBytes));
    await this.release(hash);
  }

  /** A blob is somebody else's too, or no more. */
  ownersChanged(hash: BlobHash): void {
    this.shares?.ownersChanged(nameOf(hash));
  }

  private async write(name: string, bytes: Uint8Array): Promise<void> {
    const holds = (await this.index()).holdsOf(name);
    // What is there may have been damaged since.
    if ((await this.get(`sha256:${name}`)) !== null) return;
    await this.makeRoom(bytes.length);
    await writePrivateFile(join(this.folder, name), bytes);
    (await this.index()).put(name, bytes.length, holds);
  }

  /** Marks a blob as just used; false when there is none. */
  private async touch(name: string): Promise<boolean> {
    const shares = await this.index();
    const path = join(this.folder, name);
    const use = useOf(path);
    if (use === null) {
      shares.delete(name);
      return false;
    }
    markUsed(path);
    shares.put(name, shares.sizeOf(name) ?? use.size);
    return true;
  }

  /** Removes what is not held until a blob of `size` fits: of whoever holds most, what was not used for longest. */
  private async makeRoom(size: number): Promise<void> {
    const shares = await this.index();
    const limit = this.maxBytes - shares.costOf(size);
    // What would not help does not go.
    if (shares.needed > limit) {
      throw new PalimpsestError(
        'DISK_FULL',
        sentence`The ${{ maxBytes: this.maxBytes }} bytes that are set aside for pictures are in use by waiting jobs. Try again when some are done.`,
      );
    }
    this.remove(shares.shrink(limit));
  }

  /** At once with taking them out, so that nobody holds one that is about to go. */
  private remove(names: readonly string[]): void {
    for (const name of names) removeIfPossible(join(this.folder, name));
  }

  private index(): Promise<FairShares> {
    this.opened ??= this.readIndex().catch((error) => {
      // A disk may be back at the next try.
      this.opened = null;
      throw error;
    });
    return this.opened;
  }

  private async readIndex(): Promise<FairShares> {
    makePrivateFolder(this.folder);
    removeLeftovers(this.folder);
    const least = Number.isFinite(this.maxBytes) ? Math.ceil(this.maxBytes / this.maxBlobs) : 0;
    const shares = new FairShares((name) => this.ownersOf(`sha256:${name}`), least);
    for (const { name, size } of filesByUse(this.folder, (name) => FILE_NAME.test(name)))
      shares.put(name, size);
    this.shares = shares;
    return shares;
  }
}

/** Off the main thread, so that a large picture blocks nobody. */
async function sha256(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

/** The file name of a hash: 64 hex digits by the schema, so never a path. */
const nameOf = (hash: BlobHash): string => hash.slice('sha256:'.length);
