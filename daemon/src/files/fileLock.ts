/**
 * @file Locks of the operating system on files. A process has one until it ends, even if it stands still for long, and
 * loses it the moment it ends, in whatever way. Others can read the file meanwhile.
 */

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { foreignMessage, PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { tryLock } from 'fs-native-extensions';
import { removeIfPossible } from './leastRecentlyUsed.ts';
import { makePrivateFolder, PRIVATE_FILE } from './privateFiles.ts';

/** Of a file that is never as long: Windows keeps others from reading the bytes that are locked. */
const LOCKED_BYTE = 2 ** 30;

/** How systems say that another has the lock. */
const HELD_CODES: ReadonlySet<unknown> = new Set(['EAGAIN', 'EWOULDBLOCK', 'EACCES', 'EBUSY']);

export class FileLock {
  readonly path: string;
  private readonly file: number;

  private constructor(path: string, file: number) {
    this.path = path;
    this.file = file;
  }

  /**
   * Takes the lock of a file, which is made where it is missing.
   *
   * @returns null where another has it.
   * @throws {PalimpsestError} WRITE_FAILED when the file cannot be made, or its disk knows no locks.
   */
  static take(path: string): FileLock | null {
    makePrivateFolder(dirname(path));
    try {
      for (;;) {
        removeOthers(path);
        const file = openSync(path, constants.O_RDWR | constants.O_CREAT | NO_WAIT, PRIVATE_FILE);
        const isOurs = hasLock(file);
        const lock = isOurs ? new FileLock(path, readOnly(path, file)) : null;
        if (lock === null) closeSync(file);
        // Whoever had it may have removed the file between the two: then the lock is one of nothing.
        if (lock === null || lock.isInPlace) return lock;
        lock.release();
      }
    } catch (cause) {
      throw new PalimpsestError(
        'WRITE_FAILED',
        sentence`Cannot lock ${{ file: place(path) }} (${{ reason: foreignMessage(cause) }}). Check that you may write there, or take a folder on another disk.`,
        { cause },
      );
    }
  }

  /** Whether the file is still where others look for it. */
  get isInPlace(): boolean {
    try {
      const [own, there] = [fstatSync(this.file), statSync(this.path)];
      return own.ino === there.ino && own.dev === there.dev;
    } catch {
      return false;
    }
  }

  /** Puts a text in place of what the file holds. @throws as `open`. */
  write(text: string): void {
    const file = openSync(this.path, 'r+');
    try {
      ftruncateSync(file, 0);
      writeSync(file, text, 0);
    } finally {
      closeSync(file);
    }
  }

  /** Removes the file, and gives the lock back. */
  release(): void {
    if (this.isInPlace) removeIfPossible(this.path);
    closeSync(this.file);
  }
}

/** Whether some process has the lock of a file; where that cannot be tried, on a read-only disk, whether there is one. */
export function isLocked(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, constants.O_RDWR | NO_WAIT);
  } catch {
    return existsSync(path);
  }
  try {
    return !hasLock(file);
  } catch {
    return true;
  } finally {
    closeSync(file);
  }
}

const NO_WAIT = constants.O_NONBLOCK ?? 0;

/** Tries to have the lock alone, or shared with others who have it so. */
function hasLock(file: number, shared = false): boolean {
  try {
    return tryLock(file, LOCKED_BYTE, 1, { shared });
  } catch (error) {
    if (error instanceof Error && 'code' in error && HELD_CODES.has(error.code)) return false;
    throw error;
  }
}

/**
 * The same lock by a handle that only reads: one that writes would keep the disk from becoming read-only. Linux knows no
 * lock alone on such a handle, but a shared one keeps out all who try to have it alone, and who has a lock may share it
 * without losing it.
 */
function readOnly(path: string, file: number): number {
  if (process.platform !== 'linux') return file;
  const reading = openSync(path, constants.O_RDONLY | NO_WAIT);
  if (hasLock(file, true) && hasLock(reading, true)) {
    closeSync(file);
    return reading;
  }
  closeSync(reading);
  return file;
}

/** Nobody can hold what is no file: a pipe, a link or a folder that has taken its name. */
function removeOthers(path: string): void {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts !== undefined && !facts.isFile()) rmSync(path, { recursive: true, force: true });
}
