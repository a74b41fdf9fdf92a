/** @file The cache is its user's alone, also what earlier versions have left in it open to others. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { closeFolderToOthers, closeToOthers, makePrivateFolder } from '../runtime/privateFiles.ts';
import {
  blobsFolder,
  cacheFolder,
  graphsFolder,
  inversionsFolder,
  jobsFolder,
  mergedFolder,
  ownersFolder,
} from './paths.ts';

/** Of the daemon that works here. */
const LOCK = 'daemon.json';

/**
 * Makes the cache folder, or closes it and what it holds to others. Where it holds other things than ours too, it may be
 * somebody's home, and only what is ours is closed.
 *
 * @throws {PalimpsestError} WRITE_FAILED.
 */
export function closeCache(): void {
  const cache = cacheFolder();
  makePrivateFolder(cache);
  const stores = [
    graphsFolder(),
    mergedFolder(),
    inversionsFolder(),
    blobsFolder(),
    jobsFolder(),
    ownersFolder(),
  ];
  const converted = join(graphsFolder(), 'weights');
  if (readdirSync(cache).every((name) => name === LOCK || stores.includes(join(cache, name))))
    closeToOthers(cache);
  for (const store of [...stores, converted]) closeFolderToOthers(store);
}
