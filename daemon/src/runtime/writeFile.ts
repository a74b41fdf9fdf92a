/** @file Files appear whole or not at all. */

import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { access, constants, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PalimpsestError } from '@palimpsest/protocol';
import { filesByUse, removeIfPossible } from './leastRecentlyUsed.ts';

/** No space on the device, or the user's quota is used up. */
const FULL_DISK_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** Puts the bytes in an open file; a parameter so that tests can fill the disk. */
export type WriteBytes = (file: FileHandle, bytes: Uint8Array) => Promise<void>;

export const writeAll: WriteBytes = (file, bytes) => file.writeFile(bytes);

/** Of files that are for others too, as far as the user's own settings let them. */
const ORDINARY = 0o666;

/**
 * Writes a file in one step: to a new file in the same folder, flushed to the disk, then renamed over the old.
 *
 * @param mode who may use the file, as for `open`.
 * @throws {PalimpsestError} DISK_FULL or WRITE_FAILED; an older file is then untouched and no part is left.
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array,
  write: WriteBytes = writeAll,
  mode = ORDINARY,
): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await write(file, bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // Whatever hinders the removal has hindered the write, which is what the user has to know.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
}

/**
 * `writeFileAtomic` for what cannot wait, piece by piece: all of them at once need not fit into memory.
 *
 * @param pieces made while they are written; what making one throws ends the write as a full disk does.
 * @throws {PalimpsestError} DISK_FULL or WRITE_FAILED, or as `pieces`; an older file is then untouched, no part is left.
 */
export function writeFileAtomicSync(path: string, pieces: Iterable<Uint8Array>, mode = ORDINARY): void {
  const temporary = temporaryBeside(path);
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      // writeSync would be content with less than all; this is not.
      for (const piece of pieces) writeFileSync(file, piece);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeIfPossible(temporary);
    throw error instanceof PalimpsestError ? error : writeError(path, error);
  }
}

const temporaryBeside = (path: string): string => join(dirname(path), `.${randomUUID()}.tmp`);

/** Of the functions above, and of earlier versions, which wrote merged weights by another name. */
const TEMPORARY = /^\.[0-9a-f-]{36}\.tmp$|\.safetensors\.\d+\.tmp$/;

/** A write that takes longer than this was killed, in ms. */
const LEFTOVER_AGE = 3_600_000;

/** Removes what killed processes had begun to write in a folder. */
export function removeLeftovers(folder: string): void {
  const old = Date.now() - LEFTOVER_AGE;
  const files = filesByUse(folder, (name) => TEMPORARY.test(name));
  for (const { path } of files.filter(({ usedAt }) => usedAt < old)) removeIfPossible(path);
}

/**
 * Checks, before long work starts, that its result can be written.
 *
 * @throws {PalimpsestError} WRITE_FAILED when the folder is missing or may not be written, or the path is a folder.
 */
export async function requireWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw writeError(path, error);
  }
  const facts = await stat(path).catch(() => null);
  if (facts?.isDirectory()) {
    throw new PalimpsestError('WRITE_FAILED', `${path} is a folder. Name a file in it to write to.`);
  }
}

/** What to tell of a write that failed: DISK_FULL or WRITE_FAILED. */
export function writeError(path: string, cause: unknown): PalimpsestError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (FULL_DISK_CODES.has(code)) {
    return new PalimpsestError(
      'DISK_FULL',
      `The disk is full: ${path} was not written. Free some space and try again.`,
      {
        cause,
      },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PalimpsestError(
    'WRITE_FAILED',
    `Cannot write ${path} (${reason}). Check that the folder exists and that you may write to it.`,
    { cause },
  );
}
