/**
 * @file A place that a person named to write to. Links are followed, and what is there decides: a file is replaced
 * whole and keeps its mode; a device or a pipe is written into.
 */

import type { Stats } from 'node:fs';
import { access, constants, type FileHandle, open, readlink, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { ours, PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { codeOf, replaceFile, temporaryBeside, writeError } from './writeFile.ts';

/** Where bytes go: a file that is there, one that is not, or what they are poured into. */
type Destination =
  | { readonly kind: 'file'; readonly path: string; readonly facts: Stats }
  | { readonly kind: 'new'; readonly path: string }
  | { readonly kind: 'stream'; readonly path: string; readonly isPipe: boolean };

/** What many programs call the standard output. */
export const STANDARD_OUTPUT = '-';

/** A disk that has not even this left is full. */
const PROBE = Buffer.alloc(65_536);

/** As many as Linux follows. */
const MAX_LINKS = 40;

/** What processes have open already, such as /dev/fd/3: whoever opened it wants the bytes there. */
const OPEN_FILES = /^\/(dev\/(fd\/|std(in|out|err)$)|proc\/)/;

/** In ms, between looks at a pipe that nobody reads yet, or not fast enough. */
const PAUSE = 50;

/** Without waiting: a thread that waits for a pipe's reader could never be stopped. */
const POUR = constants.O_WRONLY | constants.O_APPEND | (constants.O_NONBLOCK ?? 0);

/** Faults that leave one way: into the file that is there, where its folder or its owner allows no other in its place. */
const MUST_STAY: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV']);

/**
 * Checks, before long work starts, that its result can be written: by doing all of it but the last step.
 *
 * @throws {PalimpsestError} DISK_FULL, or WRITE_FAILED with the reason.
 */
export async function requireWritable(path: string): Promise<void> {
  try {
    if (await leadsToStandardOutput(path)) return refuseTerminal(path, 1);
    const destination = await destinationOf(path);
    if (destination.kind === 'stream') {
      await access(destination.path, constants.W_OK);
      // A pipe's reader would take that for the end.
      if (!destination.isPipe) await tryStream(destination.path);
      return;
    }
    if (destination.kind === 'new') return await probe(destination.path);
    await access(destination.path, constants.W_OK);
    await probe(temporaryBeside(destination.path)).catch((error: unknown) => {
      if (!MUST_STAY.has(codeOf(error))) throw error;
    });
  } catch (error) {
    throw writeError(path, error);
  }
}

async function tryStream(path: string): Promise<void> {
  const file = await open(path, POUR);
  try {
    refuseTerminal(path, file.fd);
  } finally {
    await file.close();
  }
}

/** @throws {PalimpsestError} WRITE_FAILED for the window in which commands are typed. */
function refuseTerminal(path: string, descriptor: number): void {
  if (!isatty(descriptor)) return;
  throw new PalimpsestError(
    'WRITE_FAILED',
    sentence`${{ file: place(path) }} is this terminal, in which a picture cannot be seen. Name a file, or let a pipe take it.`,
  );
}

/**
 * Writes a file to where a person wants it.
 *
 * @param signal ends the wait for a pipe's reader.
 * @throws {PalimpsestError} DISK_FULL, WRITE_FAILED or CANCELLED. A file is then as it was, unless it had to be written
 *   into because no other may be put in its place.
 */
export async function writeWhereItLeads(
  path: string,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  try {
    if (await leadsToStandardOutput(path)) return await print(bytes);
    const destination = await destinationOf(path);
    if (destination.kind === 'stream') await pour(destination, bytes, signal);
    else if (destination.kind === 'new') await replace(destination.path, bytes);
    else await replaceOrFill(destination, bytes);
  } catch (error) {
    throw writeError(path, error);
  }
}

async function destinationOf(path: string): Promise<Destination> {
  const facts = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (facts === null && /[\\/]$/.test(path)) {
    throw new PalimpsestError(
      'WRITE_FAILED',
      sentence`There is no folder ${{ folder: place(path) }}. Make it first, and name a file in it, such as edited.png.`,
    );
  }
  if (facts?.isDirectory()) {
    throw new PalimpsestError(
      'WRITE_FAILED',
      sentence`${{ file: place(path) }} is a folder. Name a file in it to write to.`,
    );
  }
  if (facts?.isBlockDevice() || facts?.isSocket()) {
    const kind = facts.isSocket() ? 'a socket' : 'a disk';
    throw new PalimpsestError(
      'WRITE_FAILED',
      sentence`${{ file: place(path) }} is ${{ kind: ours(kind) }}, not a file. Name a file to write to.`,
    );
  }
  if (facts !== null && (!facts.isFile() || OPEN_FILES.test(resolve(path)))) {
    return { kind: 'stream', path, isPipe: facts.isFIFO() };
  }
  const end = await endOfLinks(path);
  return facts === null ? { kind: 'new', path: end } : { kind: 'file', path: end, facts };
}

/** The path behind all links, whether there is anything or not. */
async function endOfLinks(path: string, links = 0): Promise<string> {
  const target = await readlink(path).catch((error: unknown) => {
    // EINVAL and, on Windows, UNKNOWN is what is no link.
    if (['EINVAL', 'ENOENT', 'UNKNOWN'].includes(String(codeOf(error)))) return null;
    throw error;
  });
  if (target === null) return path;
  if (links === MAX_LINKS) throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
  // Not joined: the system goes up from where a link has led to, which is not where the text goes up to.
  return endOfLinks(isAbsolute(target) ? target : `${dirname(path)}/${target}`, links + 1);
}

/** Makes a file, fills a little of the disk, and takes both back. */
async function probe(path: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(PROBE);
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

/** In one step, with the mode and the owner of what it replaces. */
const replace = (path: string, bytes: Uint8Array, facts?: Stats): Promise<void> =>
  replaceFile(path, async (file) => {
    if (facts !== undefined) await takeAfter(file, facts);
    await file.writeFile(bytes);
  });

async function takeAfter(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  if (process.platform === 'win32') return;
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid);
  // After the owner, whose change takes bits of the mode away.
  await file.chmod(mode & 0o7777);
}

async function replaceOrFill(
  { path, facts }: Destination & { kind: 'file' },
  bytes: Uint8Array,
): Promise<void> {
  try {
    await replace(path, bytes, facts);
  } catch (error) {
    if (!MUST_STAY.has(codeOf(error))) throw error;
    const file = await open(path, 'r+');
    try {
      await file.truncate();
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/** Into a device, a pipe, or what a process has open: piece by piece, as its reader takes it. */
async function pour(
  { path, isPipe }: Destination & { kind: 'stream' },
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const opened = () => open(path, POUR);
  const file = await (isPipe ? whenReady(opened, 'ENXIO', signal) : opened());
  try {
    for (let done = 0; done < bytes.length; ) {
      const from = done;
      const { bytesWritten } = await whenReady(() => file.write(bytes, from), 'EAGAIN', signal);
      done += bytesWritten;
    }
  } finally {
    await file.close();
  }
}

/** The result of what fails with that code until another process is ready. */
async function whenReady<T>(
  attempt: () => Promise<T>,
  notYet: string,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (codeOf(error) !== notYet) throw error;
    }
    if (signal?.aborted) throw new PalimpsestError('CANCELLED', 'Stopped before the picture was written.');
    await setTimeout(PAUSE);
  }
}

/** Not by its name: what a program starts has a socket there often, and that cannot be opened. */
function print(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.once('error', reject);
    process.stdout.write(bytes, (error) => {
      // The event comes after this, and without a listener it would end the process.
      if (error) return;
      process.stdout.off('error', reject);
      resolve();
    });
  });
}

/** Whether a path leads to what this process prints its results on, or is "-", which stands for that. */
export async function leadsToStandardOutput(path: string): Promise<boolean> {
  if (path === STANDARD_OUTPUT) return true;
  try {
    const [a, b] = [await stat(path), await stat('/dev/stdout')];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    // One of them is not there; on Windows, the second.
    return false;
  }
}
