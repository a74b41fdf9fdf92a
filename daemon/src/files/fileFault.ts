/** @file What is in the place of a file that cannot be read: nothing, a pointer, a web page; and what to do about it. */

import { closeSync, lstatSync, openSync, readlinkSync, readSync, statSync } from 'node:fs';
import { downloadFault, type FileFault } from '@palimpsest/protocol';

/** As much of a file as has to be seen. */
const MOST = 1024;

const AGAIN = 'Download it again.';

/** Weights in other containers, by how they begin, as text of one letter a byte. */
const OTHER_CONTAINERS: readonly (readonly [string, string])[] = [
  ['PK\x03\x04', 'a pickle of PyTorch or another archive'],
  ['\x80\x02', 'a pickle of PyTorch'],
  ['GGUF', 'a GGUF file'],
  ['\x89HDF', 'an HDF5 file'],
];

/** Why a file cannot be read, whatever should be in it; null where that is not to be seen. */
function fileFault(path: string): FileFault | null {
  try {
    const facts = statSync(path);
    if (facts.isDirectory()) return { what: 'a folder', advice: 'Name a file.' };
    if (!facts.isFile()) return { what: 'no file, but a device or a pipe', advice: 'Name a file.' };
    if (facts.size === 0) return { what: 'empty', advice: AGAIN };
    return downloadFault(startOf(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EACCES') {
      return { what: 'not readable for you', advice: 'Give yourself the right to read it and its folder.' };
    }
    const target = danglingLink(path);
    if (target === null) return null;
    return {
      what: `a link to ${target}, which is not there`,
      advice: 'Its download was interrupted, or a cache was cleaned: download the model again.',
    };
  }
}

/**
 * `fileFault` as a sentence.
 *
 * @param called what to call the file.
 */
export function faultSentence(path: string, called = path): string | null {
  const fault = fileFault(path);
  return fault === null ? null : `${called} is ${fault.what}. ${fault.advice}`;
}

/** `fileFault` for a file of weights. */
export function weightsFault(path: string): FileFault | null {
  const fault = fileFault(path);
  if (fault !== null) return fault;
  try {
    const start = startOf(path);
    const text = latin(start);
    const other = OTHER_CONTAINERS.find(([begins]) => text.startsWith(begins));
    if (other !== undefined) {
      const advice = 'Palimpsest reads .safetensors only: take that file of the same model.';
      return { what: `${other[1]} under another name`, advice };
    }
    // What a server answers in place of the file is short, and nothing but words.
    const isMessage = start.length < MOST && /^[\x20-\x7e\s]+$/.test(text);
    return isMessage
      ? { what: `no weights, but a message ("${text.trim().slice(0, 80)}")`, advice: AGAIN }
      : null;
  } catch {
    return null;
  }
}

/** Whether there is something of that name, be it a link to nothing. */
export function isNamed(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Where a link leads to that leads nowhere; null for what is no link. */
function danglingLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function startOf(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(MOST);
    return start.subarray(0, readSync(file, start, 0, MOST, 0));
  } finally {
    closeSync(file);
  }
}

const latin = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MOST)).toString('latin1');
