/**
 * @file Who may use the daemon: the owner, whose token is in a file that only this user can read, and the paired
 * clients, of whose tokens only hashes are kept.
 */

import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  asSentence,
  type ClientInfo,
  nameOfKey,
  PalimpsestError,
  place,
  sentence,
} from '@palimpsest/protocol';
import { z } from 'zod';
import { closeToOthers, keepPrivateFile } from '../files/privateFiles.ts';
import { readKeptFileSync } from '../files/readKeptFile.ts';
import { hashToken, newId, newToken, sameDigest } from './secrets.ts';

const TOKEN_FILE = 'token';
const CLIENTS_FILE = 'clients.json';
/** More than anybody pairs; the oldest have to be revoked by hand then. */
const MAX_CLIENTS = 100;
/** Of the daemon's own page, which is let in anew by each link: the oldest make room. */
const MAX_PAGES = 20;

const StoredClient = z.strictObject({
  id: z.string(),
  name: z.string(),
  access: z.enum(['client', 'owner']),
  createdAt: z.number(),
  /** sha256 of the token, in hex: the key of the proofs (protocol/src/proof.ts). */
  tokenHash: z.string(),
});
type StoredClient = z.infer<typeof StoredClient>;

export class Clients {
  /** Settles when the list is on disk as it was last changed. */
  private lastChange: Promise<unknown> = Promise.resolve();

  /** Revoked, which is not on the disk yet. */
  private readonly revoked = new Set<string>();
  /** Of keys. */
  private readonly names = new Map<string, Promise<string>>();

  private readonly folder: string;
  private readonly owner: StoredClient;
  private stored: StoredClient[];

  private constructor(folder: string, owner: StoredClient, stored: StoredClient[]) {
    this.folder = folder;
    this.owner = owner;
    this.stored = stored;
  }

  /**
   * @param folder made, or closed to others, where it has to be.
   * @throws {PalimpsestError} WRITE_FAILED when it cannot be.
   */
  static open(folder: string): Clients {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (othersMay(folder)) chmodSync(folder, 0o700);
      const owner = {
        id: 'owner',
        name: 'This computer',
        access: 'owner' as const,
        createdAt: 0,
        tokenHash: hashToken(ownerToken(join(folder, TOKEN_FILE))),
      };
      closeToOthers(join(folder, CLIENTS_FILE));
      return new Clients(folder, owner, readClients(join(folder, CLIENTS_FILE)));
    } catch (cause) {
      if (cause instanceof PalimpsestError) throw cause;
      throw new PalimpsestError(
        'WRITE_FAILED',
        sentence`Cannot keep the token in ${{ folder: place(folder) }}. Check that the folder is yours and can be written.`,
        { cause },
      );
    }
  }

  /** Who has that token, or null. */
  authenticate(token: string): ClientInfo | null {
    const hash = hashToken(token);
    let found: StoredClient | null = null;
    // All are compared, so that the time does not tell which one it was.
    for (const client of [this.owner, ...this.stored]) {
      if (sameDigest(client.tokenHash, hash)) found = client;
    }
    return found && infoOf(found);
  }

  /**
   * The client that somebody says it is, which is not proven, or null.
   *
   * @param name of its key (`nameOfKey`).
   */
  async named(name: string): Promise<{ readonly id: string; readonly key: string } | null> {
    const known = [this.owner, ...this.stored];
    const names = await Promise.all(known.map(({ tokenHash }) => this.nameOf(tokenHash)));
    const found = known[names.indexOf(name)];
    return found === undefined ? null : { id: found.id, key: found.tokenHash };
  }

  /** Lets a client in; a page of the owner's takes the place of the oldest. The token is told once, here. */
  async grant(name: string, access: ClientInfo['access']): Promise<{ token: string; client: ClientInfo }> {
    const paired = this.stored.filter((client) => client.access === 'client').length;
    if (access === 'client' && paired >= MAX_CLIENTS) {
      throw new PalimpsestError(
        'PAIRING_FAILED',
        sentence`${{ most: MAX_CLIENTS }} clients are paired already. Revoke some with "palimpsest clients --revoke ID".`,
      );
    }
    const token = newToken();
    const client = { id: newId(), name, access, createdAt: Date.now(), tokenHash: hashToken(token) };
    await this.change((stored) => {
      const pages = stored.filter((other) => other.access === 'owner');
      const oldest = new Set(
        access === 'owner' ? pages.slice(0, Math.max(0, pages.length + 1 - MAX_PAGES)) : [],
      );
      return [...stored.filter((other) => !oldest.has(other)), client];
    });
    return { token, client: infoOf(client) };
  }

  list(): ClientInfo[] {
    return this.stored.map(infoOf);
  }

  /** Whether there is such a client, or it is the owner. */
  has(id: string): boolean {
    return [this.owner, ...this.stored].some((client) => client.id === id);
  }

  /**
   * Takes a client's token back, at once; answers when that is on disk. The owner cannot be revoked: removing the token
   * file does that.
   *
   * @returns whether there was such a client.
   * @throws {PalimpsestError} WRITE_FAILED when it cannot be kept: it holds all the same, until the daemon ends.
   */
  async revoke(id: string): Promise<boolean> {
    if (!this.revoked.has(id) && !this.stored.some((client) => client.id === id)) return false;
    this.revoked.add(id);
    this.stored = this.remaining(this.stored);
    try {
      await this.change((stored) => [...stored]);
    } catch (cause) {
      throw new PalimpsestError(
        'WRITE_FAILED',
        sentence`The client is out, but after the next start it would be in again. ${{ reason: asSentence(cause) }} Then revoke it once more.`,
        { cause },
      );
    }
    this.revoked.delete(id);
    return true;
  }

  private remaining(stored: readonly StoredClient[]): StoredClient[] {
    return stored.filter(({ id }) => !this.revoked.has(id));
  }

  private nameOf(key: string): Promise<string> {
    const name = this.names.get(key) ?? nameOfKey(key);
    this.names.set(key, name);
    return name;
  }

  /** Changes follow each other: each is made to what the one before has left. */
  private change(edit: (stored: readonly StoredClient[]) => StoredClient[]): Promise<void> {
    const changed = this.lastChange.then(async () => {
      const clients = edit(this.stored);
      const text = JSON.stringify(clients, null, 2);
      await keepPrivateFile(join(this.folder, CLIENTS_FILE), Buffer.from(text));
      // Some may have been revoked meanwhile.
      this.stored = this.remaining(clients);
    });
    this.lastChange = changed.catch(() => undefined);
    return changed;
  }
}

/** Where the owner's token is; the command line reads it. */
export const ownerTokenFile = (folder: string): string => join(folder, TOKEN_FILE);

const infoOf = ({ tokenHash: _, ...info }: StoredClient): ClientInfo => info;

function ownerToken(path: string): string {
  const token = newToken();
  try {
    // Exclusive, so that nobody can have put a link or a file of their own here in the meantime.
    writeFileSync(path, `${token}\n`, { flag: 'wx', mode: 0o600 });
    return token;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const kept = lstatSync(path).isFile() && !othersMay(path) ? readFileSync(path, 'utf8').trim() : '';
  if (/^[0-9a-f]{64}$/.test(kept)) return kept;
  // Others may have read it, or it is damaged: it is replaced.
  rmSync(path, { recursive: true });
  return ownerToken(path);
}

/** Whether the file is another user's, or others may use it. Windows has no such modes; the user's folder is private. */
function othersMay(path: string): boolean {
  if (process.platform === 'win32') return false;
  const { mode, uid } = lstatSync(path);
  return uid !== process.getuid?.() || (mode & 0o077) !== 0;
}

function readClients(path: string): StoredClient[] {
  if (!existsSync(path)) return [];
  const bytes = readKeptFileSync(path, Number.POSITIVE_INFINITY);
  const parsed = z.array(StoredClient).safeParse(parseJson(String(bytes)));
  if (parsed.success) return parsed.data;
  throw new PalimpsestError(
    'OPTION_INVALID',
    sentence`${{ file: place(path) }} is damaged. Remove it, and pair your plugins again.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
