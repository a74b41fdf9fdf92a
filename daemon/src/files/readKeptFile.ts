/** @file Reads stored files, even if something else has taken their place: reading a pipe would never end. */

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** A pipe without a writer is opened at once, and only then recognised as no file. Windows has no such pipes. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A file's bytes; null where there is none that can be read, it is no file, or has more than `maxBytes`. */
export async function readKeptFile(path: string, maxBytes: number): Promise<Buffer | null> {
  const file = await open(path, FLAGS).catch(() => null);
  try {
    const facts = await file?.stat();
    return file !== null && facts?.isFile() && facts.size <= maxBytes ? await file.readFile() : null;
  } catch {
    return null;
  } finally {
    await file?.close().catch(() => undefined);
  }
}

/** The same for what cannot wait. */
export function readKeptFileSync(path: string, maxBytes: number): Buffer | null {
  let file: number;
  try {
    file = openSync(path, FLAGS);
  } catch {
    return null;
  }
  try {
    const facts = fstatSync(file);
    return facts.isFile() && facts.size <= maxBytes ? readFileSync(file) : null;
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}
