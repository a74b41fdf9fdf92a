/** @file Files appear whole or not at all. */

import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Fact,
  foreignMessage,
  ours,
  PalimpsestError,
  place,
  type Sentence,
  sentence,
  telling,
} from '@palimpsest/protocol';
import { isNamed } from './fileFault.ts';
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
  try {
    await replaceFile(path, (file) => write(file, bytes), mode);
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * What writing in one step is made of.
 *
 * @param fill writes to the new file.
 * @throws as the system does, or as `fill`; an older file is then untouched and no part is left.
 */
export async function replaceFile(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
  mode = ORDINARY,
): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // Whatever hinders the removal has hindered the write, which is what the user has to know.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
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
    throw writeError(path, error);
  }
}

/** Where a file is written before it takes its name. */
export const temporaryBeside = (path: string): string => join(dirname(path), `.${randomUUID()}.tmp`);

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

/** What hinders a write, and what to do about it, by the system's code. */
const HINDRANCES: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['its folder does not exist', 'Check that the folder is spelt right, or make it first.'],
  ENOTDIR: ['what stands for its folder is a file', 'Check that the folder is spelt right.'],
  ENAMETOOLONG: ['its name is too long', 'Check that no part of it has more than 255 bytes.'],
  EACCES: ['it is not allowed', 'Check that you may write to it and to its folder.'],
  EPERM: ['it is not allowed', 'Check that you may write to it and to its folder.'],
  EROFS: ['the disk can only be read', 'Check that you mean this disk.'],
  ELOOP: ['its links lead in a circle', 'Check that the links lead to a file.'],
  EISDIR: ['it is a folder', 'Check that you name a file in it.'],
  ENXIO: ['there is nothing behind it', 'Check that you mean this device, or name a file.'],
  EMFILE: [
    'too many files are open',
    'Close other programs, or raise the limit ("ulimit -n"), and try again.',
  ],
  ENFILE: ['too many files are open on this machine', 'Close other programs, and try again.'],
  EBUSY: ['another program uses it', 'Close that program, and try again.'],
  EFBIG: ['it is larger than this disk takes', 'Name a place on another disk.'],
  EIO: ['the disk reports a fault', 'Check the disk, or name a place on another.'],
  EPIPE: ['whoever read from it has gone', 'Check that it reads to the end.'],
};

/** In folders such as /proc, which the system fills by itself. */
const UNMAKEABLE = ['no file can be made in its folder', 'Name another folder.'] as const;
/** A link that leads to nothing is there: what is missing is the folder that it leads to. */
const isUnmakeable = (path: string, code: unknown): boolean =>
  code === 'ENOENT' && !isNamed(path) && existsSync(dirname(path));

/** The system's code of an error, such as ENOENT; undefined for one that has none. */
export const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** What to tell of a write that failed: DISK_FULL or WRITE_FAILED; an error of ours as it is. */
export function writeError(path: string, cause: unknown): PalimpsestError {
  if (cause instanceof PalimpsestError) return cause;
  const code = codeOf(cause);
  if (FULL_DISK_CODES.has(code)) {
    return new PalimpsestError(
      'DISK_FULL',
      sentence`The disk is full: ${{ file: place(path) }} was not written. Free some space and try again.`,
      { cause },
    );
  }
  const [reason, advice] = (isUnmakeable(path, code) ? UNMAKEABLE : HINDRANCES[String(code)]) ?? [
    foreignMessage(cause),
    'Check that the folder exists and that you may write to it.',
  ];
  const why = typeof reason === 'string' ? ours(reason) : reason;
  const told = sentence`Cannot write ${{ file: place(path) }}: ${{ reason: why }}. ${{ advice: ours(advice) }}`;
  return new PalimpsestError('WRITE_FAILED', withCode(told, code), { cause });
}

/** With the system's own name for what went wrong. */
const withCode = (told: Sentence, code: unknown): Sentence =>
  typeof code === 'string' ? telling(told, { system: code }) : told;

/** What hinders a write, in words that go on a sentence. */
export function reasonOf(cause: unknown): Fact {
  const [reason] = HINDRANCES[String(codeOf(cause))] ?? [];
  return reason === undefined ? foreignMessage(cause) : ours(reason);
}
