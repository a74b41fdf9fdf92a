/** @file One daemon at a time for each configuration folder. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PalimpsestError } from '@palimpsest/protocol';
import { z } from 'zod';

const LockFile = z.object({ pid: z.int().positive(), port: z.int().nullable() });
type LockFile = z.infer<typeof LockFile>;

export interface Lock {
  /** Tells others where the daemon listens. */
  setPort(port: number): void;
  release(): void;
}

const lockFile = (folder: string): string => join(folder, 'daemon.json');

/**
 * Takes the lock.
 *
 * @throws {PalimpsestError} ALREADY_RUNNING, saying where.
 */
export async function takeLock(folder: string): Promise<Lock> {
  const path = lockFile(folder);
  const write = (port: number | null, flag: string) =>
    writeFileSync(path, JSON.stringify({ pid: process.pid, port }), { flag, mode: 0o600 });
  try {
    write(null, 'wx');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const holder = await holderOf(path);
    if (holder !== null) {
      const where = holder.port === null ? 'is just starting' : `runs at http://127.0.0.1:${holder.port}`;
      throw new PalimpsestError('ALREADY_RUNNING', `Palimpsest ${where} already (process ${holder.pid}).`);
    }
    // Left by a daemon that was killed.
    rmSync(path, { force: true });
    return takeLock(folder);
  }
  return {
    setPort: (port) => write(port, 'w'),
    release: () => rmSync(path, { force: true }),
  };
}

/** Where the running daemon of that folder listens, or null when there is none. */
export async function runningPort(folder: string): Promise<number | null> {
  return (await holderOf(lockFile(folder)))?.port ?? null;
}

async function holderOf(path: string): Promise<LockFile | null> {
  const lock = readLock(path);
  if (lock === null || lock.pid === process.pid || !isAlive(lock.pid)) return null;
  // The number may be another process's by now: the daemon itself answers.
  return lock.port === null || (await answers(lock.port)) ? lock : null;
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
