/** @file Where a command's work is done: in the running daemon, if it can do it and gives the same result. */

import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { MAX_PICTURE_BYTES, PalimpsestError } from '@palimpsest/protocol';
import { ModelRegistry } from '../catalog/modelRegistry.ts';
import type { Device } from '../execution/deviceNames.ts';
import { readPictureHeader } from '../imaging/pictureHeader.ts';
import { type Announcement, runningDaemon } from '../server/lock.ts';
import { configFolder, readConfig } from '../settings/config.ts';
import { VERSION } from '../settings/version.ts';
import type { Precision } from '../weights/precision.ts';
import { DaemonWorker } from './daemonWorker.ts';
import { connectAsOwner } from './ownerConnection.ts';
import type { ModelChoice, Worker, WorkWatch } from './worker.ts';

export interface WorkerWish {
  readonly model: ModelChoice;
  /** Of the processor; all when left out. */
  readonly threads?: number | undefined;
  /** The running daemon's or, without one, the configuration's when left out; as are those that follow. */
  readonly device?: Device | 'auto' | undefined;
  readonly precision?: Precision | 'auto' | undefined;
  /** What the work may take, such as 8GB. */
  readonly memoryBudget?: string | undefined;
  /** Files that the work is about. */
  readonly pictures: readonly string[];
  /** Whether a running daemon may do it. */
  readonly daemon: boolean;
}

/**
 * The daemon if one runs and can do the work; says why where one runs and cannot. Else this process.
 *
 * @throws {PalimpsestError} as `LocalWorker` and `readConfig`.
 */
export async function chooseWorker(wish: WorkerWish, watch: WorkWatch): Promise<Worker> {
  const { model, threads, device: deviceFlag, precision: precisionFlag, memoryBudget: budgetFlag } = wish;
  const flags = { device: deviceFlag, precision: precisionFlag, memoryBudget: budgetFlag };
  // What is no value of a setting is refused, whoever would do the work.
  const { device, precision, memoryBudget } = readConfig(configFolder(), flags);
  // A file that is not there is told by this process, too.
  const asks = wish.daemon && wish.pictures.every((picture) => existsSync(picture));
  const running = asks ? await runningDaemon(configFolder()) : null;
  if (running !== null) {
    const worker = await inDaemon(running, wish, watch);
    if (typeof worker !== 'string') return worker;
    watch.tell(`${worker} Working without the daemon.`);
  }
  // Only now: the runtime takes a moment and some memory, which the daemon spares.
  const { LocalWorker } = await import('./localWorker.ts');
  return LocalWorker.open({ model, threads, device, precision, memoryBudget }, watch);
}

/** A worker, or why there is none. */
async function inDaemon(
  running: Announcement,
  {
    model: { folder, imageEncoder, vae, loras = [] },
    threads,
    device,
    precision,
    memoryBudget,
    pictures,
  }: WorkerWish,
  watch: WorkWatch,
): Promise<Worker | string> {
  if (running.version !== VERSION) {
    return `The running daemon is of version ${running.version}, this command of ${VERSION}.`;
  }
  const unknown = Object.entries({
    '--image-encoder': imageEncoder,
    '--vae': vae,
    '--threads': threads,
    '--memory-budget': memoryBudget,
  }).flatMap(([option, choice]) => (choice === undefined ? [] : [option]));
  if (unknown.length > 0) {
    return `The running daemon takes no ${unknown.join(', no ')} from a command.`;
  }
  if (
    ![undefined, 'auto', running.device].includes(device) ||
    ![undefined, 'auto', running.precision].includes(precision)
  ) {
    return `The running daemon works on ${running.device} in ${running.precision}.`;
  }
  const model = new ModelRegistry(running.models).nameOf(folder, loras);
  if (model === null && loras.length > 0) {
    return 'The running daemon has no model with these LoRAs (give it one under "named" in config.json).';
  }
  if (model === null) {
    return `The running daemon does not have the model ${folder} (start it with --models to give it one).`;
  }
  for (const picture of pictures) {
    if (await canBeSent(picture)) continue;
    await requirePicture(picture);
    return `The running daemon does not take ${picture}.`;
  }
  try {
    return new DaemonWorker(await connectAsOwner(running), model, watch);
  } catch (error) {
    return error instanceof PalimpsestError
      ? error.message
      : 'The token of the running daemon cannot be read.';
  }
}

/**
 * Nothing else is to be told of what cannot be read here either.
 *
 * @throws {PalimpsestError} as `decodePicture`.
 */
async function requirePicture(file: string): Promise<void> {
  if ((await stat(file)).isFIFO()) return;
  const { decodePicture } = await import('../imaging/picture.ts');
  await decodePicture(file);
}

/** Whether a file is a picture that the wire takes; if not, work in this process says what is wrong, or does it. */
async function canBeSent(file: string): Promise<boolean> {
  try {
    const facts = await stat(file);
    // What is read from a pipe is gone.
    if (!facts.isFile() || facts.size > MAX_PICTURE_BYTES) return false;
    readPictureHeader(await readFile(file));
    return true;
  } catch {
    return false;
  }
}
