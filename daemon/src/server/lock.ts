/** @file One daemon at a time for each configuration folder. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PalimpsestError } from '@palimpsest/protocol';
import { z } from 'zod';
import type { ModelRegistryOptions } from '../models/modelRegistry.ts';
import { DEVICES, PRECISIONS } from '../runtime/deviceNames.ts';

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

const LockFile = z.object({ pid: z.int().positive(), daemon: Announcement.nullable() });
type LockFile = z.infer<typeof LockFile>;

export interface Lock {
  /**
   * Tells others where the daemon listens, and what it has.
   *
   * @throws {PalimpsestError} ALREADY_RUNNING when another has taken the lock since.
   */
  announce(daemon: Announcement): void;
  release(): void;
}

/** In ms; a lock is written at once after it is made. */
const WRITING_TIME = 100;

const lockFile = (folder: string): string => join(folder, 'daemon.json');

/**
 * Takes the lock.
 *
 * @throws {PalimpsestError} ALREADY_RUNNING, saying where.
 */
export async function takeLock(folder: string): Promise<Lock> {
  const path = lockFile(folder);
  const write = (daemon: Announcement | null, flag: string) =>
    writeFileSync(path, JSON.stringify({ pid: process.pid, daemon }), { flag, mode: 0o600 });
  try {
    write(null, 'wx');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const holder = await holderOf(path);
    if (holder !== null) {
      const where =
        holder.daemon === null ? 'is just starting' : `runs at http://127.0.0.1:${holder.daemon.port}`;
      throw new PalimpsestError('ALREADY_RUNNING', `Palimpsest ${where} already (process ${holder.pid}).`);
    }
    // Left by a daemon that was killed.
    rmSync(path, { force: true });
    return takeLock(folder);
  }
  const isOurs = () => readLock(path)?.pid === process.pid;
  return {
    announce: (daemon) => {
      // Two that start at the same moment can both have removed what a third had left.
      if (!isOurs())
        throw new PalimpsestError('ALREADY_RUNNING', 'Another Palimpsest started at the same moment.');
      write(daemon, 'w');
    },
    release: () => {
      if (isOurs()) rmSync(path, { force: true });
    },
  };
}

/** The running daemon of that folder, or null when there is none. */
export async function runningDaemon(folder: string): Promise<Announcement | null> {
  return (await holderOf(lockFile(folder)))?.daemon ?? null;
}

async function holderOf(path: string): Promise<LockFile | null> {
  let lock = readLock(path);
  if (lock === null && existsSync(path)) {
    // It may just be being written.
    await setTimeout(WRITING_TIME);
    lock = readLock(path);
  }
  if (lock === null || lock.pid === process.pid || !isAlive(lock.pid)) return null;
  // The number may be another process's by now: the daemon itself answers.
  return lock.daemon === null || (await answers(lock.daemon.port)) ? lock : null;
}

function readLock(path: string): LockFile | null {
  try {
    return LockFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
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
