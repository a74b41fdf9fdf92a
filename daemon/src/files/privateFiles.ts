/**
 * @file Makes all files and folders that stay on this machine, readable by their user alone. Only the pictures that a
 * command writes are made elsewhere: they go where the user says.
 */

import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ours, PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { namesIn } from './namesIn.ts';
import { type WriteBytes, writeAll, writeFileAtomic, writeFileAtomicSync } from './writeFile.ts';

/** Who may use it. Windows has no such modes: there, the user's own folder is closed already. */
export const PRIVATE_FILE = 0o600;
const FOLDER = 0o700;
const OTHERS = 0o077;

/**
 * Makes a folder, and those above it, where they are missing.
 *
 * @throws {PalimpsestError} WRITE_FAILED.
 */
export function makePrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER });
  } catch (cause) {
    const advice = isInTheWay(folder)
      ? 'Something else has its name: move that away.'
      : 'Check that you may write there.';
    throw new PalimpsestError(
      'WRITE_FAILED',
      sentence`Cannot make the folder ${{ folder: place(folder) }}. ${{ advice: ours(advice) }}`,
      { cause },
    );
  }
}

function isInTheWay(folder: string): boolean {
  try {
    return !lstatSync(folder).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Writes a file in one step, as `writeFileAtomic`. Its folder is made where it is missing, or was removed since; a folder
 * that has the file's name goes.
 *
 * @throws {PalimpsestError} DISK_FULL or WRITE_FAILED; an older file is then untouched and no part is left.
 */
export async function writePrivateFile(
  path: string,
  bytes: Uint8Array,
  write: WriteBytes = writeAll,
): Promise<void> {
  prepare(path);
  await writeFileAtomic(path, bytes, write, PRIVATE_FILE);
}

/**
 * Writes a file also where the disk is full: then over the old one as it lies there, which takes no more room, or little.
 * A crash in that moment damages it.
 *
 * @throws {PalimpsestError} DISK_FULL or WRITE_FAILED; the file may be damaged then.
 */
export async function keepPrivateFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writePrivateFile(path, bytes);
  } catch (error) {
    try {
      await overwrite(path, bytes);
    } catch {
      throw error;
    }
  }
}

/** In one write, with blanks to the old end: text of ours may end with them. */
async function overwrite(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const padded = Buffer.alloc(Math.max(bytes.length, (await file.stat()).size), ' ');
    padded.set(bytes);
    await file.writeFile(padded);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * `writePrivateFile` for what cannot wait, piece by piece, as `writeFileAtomicSync`.
 *
 * @throws {PalimpsestError} as it, or as `pieces`.
 */
export function writePrivateFileSync(path: string, pieces: Iterable<Uint8Array>): void {
  prepare(path);
  writeFileAtomicSync(path, pieces, PRIVATE_FILE);
}

/** Makes an empty file, where that can be: what it says by being there is not worth a failure. */
export function makePrivateFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: FOLDER });
    closeSync(openSync(path, 'a', PRIVATE_FILE));
  } catch {}
}

/** Opens a file to write to it as it comes in, from its start or at its end. @throws as `open`. */
export function openPrivateFile(path: string, flags: 'w' | 'a'): Promise<FileHandle> {
  return open(path, flags, PRIVATE_FILE);
}

function prepare(path: string): void {
  makePrivateFolder(dirname(path));
  try {
    if (lstatSync(path).isDirectory()) rmSync(path, { recursive: true });
  } catch {
    // Mostly there is nothing; what cannot be removed is told by the write.
  }
}

/** Closes a folder, and the files in it, that earlier versions left open to others. What is not the user's is left. */
export function closeFolderToOthers(folder: string): void {
  closeToOthers(folder);
  for (const name of namesIn(folder)) closeToOthers(join(folder, name), 'file');
}

/** Closes a file or a folder that earlier versions left open to others. Links, and what cannot be closed, are left. */
export function closeToOthers(path: string, kind?: 'file'): void {
  if (process.platform === 'win32') return;
  try {
    const facts = lstatSync(path);
    const counts = facts.isFile() || (kind === undefined && facts.isDirectory());
    if (counts && (facts.mode & OTHERS) !== 0) chmodSync(path, facts.mode & 0o777 & ~OTHERS);
  } catch {}
}
