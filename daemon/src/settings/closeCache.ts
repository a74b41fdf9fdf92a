/** @file Makes the cache its user's alone, including what earlier versions left open to others. */

import { join } from 'node:path';
import { namesIn } from '../files/namesIn.ts';
import { closeFolderToOthers, closeToOthers } from '../files/privateFiles.ts';
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
 * Closes the cache folder, where there is one, and what it holds to others. Where it holds other things than ours too, it
 * may be somebody's home, and only what is ours is closed.
 */
export function closeCache(): void {
  const cache = cacheFolder();
  const stores = [
    graphsFolder(),
    mergedFolder(),
    inversionsFolder(),
    blobsFolder(),
    jobsFolder(),
    ownersFolder(),
  ];
  if (namesIn(cache).every((name) => name === LOCK || stores.includes(join(cache, name))))
    closeToOthers(cache);
  for (const store of [...stores, join(graphsFolder(), 'weights')]) closeFolderToOthers(store);
}
