/**
 * @file What is there in place of a file that cannot be read: nothing, a pointer, a web page; and what to do about it.
 */

import { closeSync, lstatSync, openSync, readlinkSync, readSync, statSync } from 'node:fs';
import { downloadFault, foreign, ours, place, type Sentence, sentence } from '@palimpsest/protocol';

/** As much of a file as has to be seen. */
const MOST = 1024;

/** What a file is, as in "FILE is a web page", and what to do about it. */
export interface FileFault {
  readonly what: string | Sentence;
  readonly advice: string;
}

const AGAIN = 'Download it again.';

/** Kinds of files that no model is made of, by how they begin, as text of one letter a byte. */
const OTHER_KINDS: readonly (readonly [string | RegExp, string])[] = [
  ['\x89PNG\r\n', 'a PNG picture'],
  ['\xff\xd8\xff', 'a JPEG picture'],
  ['GIF8', 'a GIF picture'],
  [/^RIFF.{4}WEBP/s, 'a WebP picture'],
  ['%PDF-', 'a PDF'],
  ['PK\x03\x04', 'a zip archive'],
  ['\x1f\x8b\x08', 'a gzip archive'],
  ['BZh', 'a bzip2 archive'],
  ['\xfd7zXZ\0', 'an xz archive'],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive'],
  ['Rar!', 'a RAR archive'],
  ['\x28\xb5\x2f\xfd', 'a zstd archive'],
  [/^.{257}ustar/s, 'a tar archive'],
];

const begins = (text: string, how: string | RegExp): boolean =>
  typeof how === 'string' ? text.startsWith(how) : how.test(text);

function otherKind(start: Uint8Array): FileFault | null {
  const text = latin(start);
  const [, what] = OTHER_KINDS.find(([how]) => begins(text, how)) ?? [];
  if (what === undefined) return null;
  const advice = what.endsWith('archive')
    ? 'Unpack it, and put the file that is in it there.'
    : 'Download the file that belongs there.';
  return { what: `${what} under another name`, advice };
}

/** Weights in other containers, by how they begin, as text of one letter a byte. */
const OTHER_CONTAINERS: readonly (readonly [string, string])[] = [
  ['PK\x03\x04', 'a pickle of PyTorch or another archive'],
  ['\x80\x02', 'a pickle of PyTorch'],
  ['GGUF', 'a GGUF file'],
  ['\x89HDF', 'an HDF5 file'],
];

/**
 * Why a file cannot be read, whatever should be in it; null where that is not to be seen.
 *
 * @param look what else its first bytes may say.
 */
function fileFault(path: string, look = otherKind): FileFault | null {
  try {
    const facts = statSync(path);
    if (facts.isDirectory()) return { what: 'a folder', advice: 'Name a file.' };
    if (!facts.isFile()) return { what: 'no file, but a device or a pipe', advice: 'Name a file.' };
    if (facts.size === 0) return { what: 'empty', advice: AGAIN };
    const start = startOf(path);
    return downloadFault(start) ?? look(start);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EACCES') {
      return { what: 'not readable for you', advice: 'Give yourself the right to read it and its folder.' };
    }
    const target = danglingLink(path);
    if (target === null) return null;
    return {
      what: sentence`a link to ${{ target: place(target) }}, which is not there`,
      advice: 'Its download was interrupted, or a cache was cleaned: download the model again.',
    };
  }
}

/**
 * `fileFault` as a sentence.
 *
 * @param called what to call the file.
 */
export function faultSentence(path: string, called = path): Sentence | null {
  const fault = fileFault(path);
  return fault === null
    ? null
    : sentence`${{ file: place(called) }} is ${{ what: ours(fault.what) }}. ${{ advice: ours(fault.advice) }}`;
}

/** `fileFault` for a file of weights. */
export const weightsFault = (path: string): FileFault | null =>
  fileFault(path, (start) => otherContainer(start) ?? otherKind(start) ?? message(start));

function otherContainer(start: Uint8Array): FileFault | null {
  const text = latin(start);
  const [, what] = OTHER_CONTAINERS.find(([how]) => text.startsWith(how)) ?? [];
  if (what === undefined) return null;
  const advice = 'Palimpsest reads .safetensors only: take that file of the same model.';
  return { what: `${what} under another name`, advice };
}

/** What a server answers in place of the file is short, and nothing but words. */
function message(start: Uint8Array): FileFault | null {
  const text = latin(start);
  if (start.length === MOST || !/^[\x20-\x7e\s]+$/.test(text)) return null;
  return {
    what: sentence`no weights, but a message ("${{ text: foreign(text.trim().slice(0, 80)) }}")`,
    advice: AGAIN,
  };
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
