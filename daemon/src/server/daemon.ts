/** @file The whole daemon: assembles secrets, stores, engine, queue and server, and takes them apart again. */

import { PORTS } from '@palimpsest/protocol';
import type { Logger } from 'pino';
import { EngineSupervisor } from '../engine/supervisor.ts';
import type { ChosenDevice } from '../execution/chooseDevice.ts';
import { onDamage } from '../files/damage.ts';
import { JobQueue } from '../queue/jobQueue.ts';
import { isOver } from '../queue/queuedJob.ts';
import { closeCache } from '../settings/closeCache.ts';
import type { DaemonConfig } from '../settings/config.ts';
import {
  blobsFolder,
  cacheFolder,
  graphsFolder,
  inversionsFolder,
  jobsFolder,
  mergedFolder,
  ownersFolder,
} from '../settings/paths.ts';
import { VERSION } from '../settings/version.ts';
import { InversionList } from '../store/inversionList.ts';
import { InversionRoom } from '../store/inversionRoom.ts';
import { Ownership } from '../store/ownership.ts';
import { inversionNamed } from './belongings.ts';
import { Clients } from './clients.ts';
import { takeLock } from './lock.ts';
import { openModels } from './openModels.ts';
import { openOwnedPictures } from './ownedPictures.ts';
import { type RunningServer, type ServerOptions, startServer } from './server.ts';

export interface Daemon extends Pick<RunningServer, 'port' | 'pairing'> {
  /** Stops what runs, which goes on at the next start, and gives everything back. */
  close(): Promise<void>;
  /** Resolves, with why, when another daemon has its folders, and it has to end. */
  readonly lost: Promise<string>;
}

/**
 * Starts the daemon.
 *
 * @param folder of the configuration and the secrets.
 * @param chosen where the networks run.
 * @throws {PalimpsestError} ALREADY_RUNNING, PORT_TAKEN, WRITE_FAILED, OPTION_INVALID; nothing is left running then.
 */
export async function startDaemon(
  folder: string,
  config: DaemonConfig,
  log: Logger,
  chosen: Pick<ChosenDevice, 'device' | 'precision'>,
  tell: Pick<ServerOptions, 'onPairing' | 'onPaired'> = {},
): Promise<Daemon> {
  const clients = Clients.open(folder);
  closeCache();
  onDamage((sentence) => log.warn(sentence));
  const lock = await takeLock(folder, cacheFolder());
  // In the order in which they have to be closed, the last first.
  const closers: (() => unknown)[] = [() => lock.release()];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const models = openModels(config);
    const { device, precision } = chosen;
    const engine = new EngineSupervisor(models, {
      graphs: graphsFolder(),
      merged: mergedFolder(),
      inversions: inversionsFolder(),
      blobs: blobsFolder(),
      device,
      precision,
      onLog: (sentence) => log.warn(sentence),
      ...(config.memoryBudget === undefined ? {} : { memoryBudget: config.memoryBudget }),
    });
    closers.push(() => engine.close());
    const ownership = new Ownership(ownersFolder());
    ownership.keepOnly((owner) => clients.has(owner));
    const blobs = openOwnedPictures(blobsFolder(), ownership);
    const { maxJobMinutes } = config;
    const jobs = await JobQueue.open({
      folder: jobsFolder(),
      runner: engine,
      blobs,
      mayOwn: (owner) => clients.has(owner),
      ...(maxJobMinutes === undefined ? {} : { maxRunTime: maxJobMinutes * 60_000 }),
      onFault: (error) => log.error({ err: error }, 'who listens to the queue has failed'),
    });
    closers.push(() => jobs.close());
    const room = new InversionRoom(inversionsFolder(), (id) => ownership.ownersOf(inversionNamed(id)));
    // Asynchronously, so after those who listen have noted whose it is.
    jobs.on('change', (record) => {
      if (isOver(record)) void room.shrink();
    });
    const server = await startServer({
      backend: { jobs, blobs, engine, models, ownership, inversions: new InversionList(inversionsFolder()) },
      clients,
      log,
      version: VERSION,
      ports: config.port === undefined ? PORTS : [config.port],
      origins: config.origins,
      ...(config.listen === undefined ? {} : { address: config.listen }),
      ...tell,
    });
    closers.push(() => server.close());
    const { port } = server;
    lock.announce({ port, version: VERSION, device, precision, models: models.options });
    return { port, pairing: server.pairing, close, lost: lock.lost };
  } catch (error) {
    await close();
    throw error;
  }
}
