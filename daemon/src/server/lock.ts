/**
 * @file One daemon at a time for each configuration folder, and for each cache folder: two over one would do the same jobs.
 *
 * The lock is the operating system's, on the file that also tells where the daemon listens.
 */

import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import type { ModelRegistryOptions } from '../catalog/modelRegistry.ts';
import { DEVICES } from '../execution/deviceNames.ts';
import { FileLock, isLocked } from '../files/fileLock.ts';
import { makePrivateFolder } from '../files/privateFiles.ts';
import { readKeptFileSync } from '../files/readKeptFile.ts';
import { PRECISIONS } from '../weights/precision.ts';

/** What the command line has to know to use a running daemon. */
const Announcement = z.object({
  port: z.int(),
  /** Of the daemon. */
  version: z.string(),
  /** Where its networks run. */
  device: z.enum(DEVICES).default('cpu'),
  precision: z.enum(PRECISIONS).default('fp32'),
  /** Where its models lie. Paths stay on this machine: they are here, and never on the wire. */
  models: z.object({
    directories: z.array(z.string()).readonly().default([]),
    models: z
      .record(
        z.string(),
        z.object({
          folder: z.string(),
          imageEncoder: z.string().optional(),
          loras: z.array(z.object({ file: z.string(), strength: z.number() })).optional(),
        }),
      )
      .default({}),
    elsewhere: z.boolean().default(false),
  }),
});
export type Announcement = Omit<z.infer<typeof Announcement>, 'models'> & {
  readonly models: ModelRegistryOptions;
};

const LockFile = z.object({
  pid: z.int().positive(),
  /** When the process started, in ms since 1970: numbers of processes are given again. */
  startedAt: z.number().optional(),
  daemon: Announcement.nullable(),
});
type LockFile = z.infer<typeof LockFile>;

export interface Lock {
  /** Tells others where the daemon listens, and what it has. */
  announce(daemon: Announcement): void;
  release(): void;
  /** Resolves, with why, when a folder was removed and another daemon has taken the one that came in its place. */
  readonly lost: Promise<string>;
}

/** In ms; a lock is written at once after it is taken. */
const WRITING_TIME = 100;

/** Others who ask whether a daemon runs have the lock for a moment; tries, and ms between them. */
const TRIES = 10;
const PAUSE = 50;

/** How often is looked whether the files are still there, in ms. */
const WATCH_TIME = 1000;

const MAX_BYTES = 2 ** 24;

const lockFile = (folder: string): string => join(folder, 'daemon.json');

/**
 * Takes the lock.
 *
 * @param folder of the configuration.
 * @param cache where jobs and pictures are.
 * @throws {PalimpsestError} ALREADY_RUNNING, saying where; WRITE_FAILED.
 */
export async function takeLock(folder: string, cache: string): Promise<Lock> {
  const locks: FileLock[] = [];
  const holder: LockFile = {
    pid: process.pid,
    startedAt: Math.round(Date.now() - process.uptime() * 1000),
    daemon: null,
  };
  try {
    for (const each of distinct([folder, cache])) {
      const lock = await takeSoon(lockFile(each));
      if (lock === null) throw alreadyRunning(await holderOf(lockFile(each)), each === folder ? null : cache);
      locks.push(lock);
      lock.write(JSON.stringify(holder));
    }
  } catch (error) {
    for (const lock of locks) lock.release();
    throw error;
  }
  let tellLost: (reason: string) => void;
  const lost = new Promise<string>((resolve) => {
    tellLost = resolve;
  });
  const watch = setInterval(() => {
    try {
      keepInPlace(locks, JSON.stringify(holder));
    } catch (error) {
      clearInterval(watch);
      tellLost(error instanceof Error ? error.message : String(error));
    }
  }, WATCH_TIME).unref();
  return {
    announce: (daemon) => {
      holder.daemon = daemon as LockFile['daemon'];
      for (const lock of locks) lock.write(JSON.stringify(holder));
    },
    release: () => {
      clearInterval(watch);
      for (const lock of locks) lock.release();
    },
    lost,
  };
}

/** The running daemon of that folder, or null when there is none, or it does not answer. */
export async function runningDaemon(folder: string): Promise<Announcement | null> {
  const path = lockFile(folder);
  const daemon = isLocked(path) ? (await holderOf(path))?.daemon : null;
  return daemon && (await answers(daemon.port)) ? daemon : null;
}

/** A folder by any of its names is one. */
function distinct(folders: readonly string[]): string[] {
  const real = new Map<string, string>();
  for (const folder of folders) {
    makePrivateFolder(folder);
    const path = realpathSync(folder);
    if (!real.has(path)) real.set(path, folder);
  }
  return [...real.values()];
}

async function takeSoon(path: string): Promise<FileLock | null> {
  for (let tries = 1; ; tries++) {
    const lock = FileLock.take(path);
    if (lock !== null || tries === TRIES) return lock;
    await sleep(PAUSE);
  }
}

/**
 * Takes the locks anew whose files were removed.
 *
 * @throws {PalimpsestError} ALREADY_RUNNING when another has one.
 */
function keepInPlace(locks: FileLock[], text: string): void {
  for (const [i, lock] of locks.entries()) {
    if (lock.isInPlace) continue;
    let again: FileLock | null;
    try {
      again = FileLock.take(lock.path);
    } catch {
      // The place cannot be written at the moment, so nobody else can take it either.
      continue;
    }
    if (again === null) throw alreadyRunning(readLock(lock.path), null);
    lock.release();
    again.write(text);
    locks[i] = again;
  }
}

/** @param cache where it is this that the other has. */
function alreadyRunning(holder: LockFile | null, cache: string | null): PalimpsestError {
  const where =
    holder === null || holder.daemon === null
      ? sentence`is just starting`
      : sentence`runs at http://127.0.0.1:${{ port: holder.daemon.port }}`;
  const since =
    holder?.startedAt === undefined
      ? ''
      : sentence` since ${{ startedAt: new Date(holder.startedAt).toISOString() }}`;
  const which = holder === null ? '' : sentence` (process ${{ pid: holder.pid }}${{ since }})`;
  const look =
    holder === null || holder.daemon === null
      ? sentence`Try again in a moment`
      : sentence`Open http://127.0.0.1:${{ port: holder.daemon.port }} in your browser`;
  const end = holder === null ? '' : sentence`, or end process ${{ pid: holder.pid }}`;
  const other =
    cache === null
      ? ''
      : sentence` It has another configuration, and the same cache folder ${{ folder: place(cache) }}: set PALIMPSEST_CACHE to another for this one.`;
  return new PalimpsestError(
    'ALREADY_RUNNING',
    sentence`Palimpsest ${{ where }} already${{ which }}. ${{ look }}, or stop it: press Ctrl-C where it was started${{ end }}.${{ other }}`,
  );
}

async function holderOf(path: string): Promise<LockFile | null> {
  const lock = readLock(path);
  if (lock !== null || !existsSync(path)) return lock;
  // It may just be being written.
  await sleep(WRITING_TIME);
  return readLock(path);
}

function readLock(path: string): LockFile | null {
  try {
    return LockFile.parse(JSON.parse(String(readKeptFileSync(path, MAX_BYTES))));
  } catch {
    return null;
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2000) });
    const health: unknown = await response.json();
    return (
      typeof health === 'object' && health !== null && 'product' in health && health.product === 'palimpsest'
    );
  } catch {
    return false;
  }
}
