/** @file The daemon's engine: over the folders that it shares with the daemon. */

import { BlobStore } from '../store/blobStore.ts';
import { InversionStore } from '../store/inversionStore.ts';
import { BlobPictures } from './blobPictures.ts';
import { Engine } from './engine.ts';
import { LoadedModels } from './loadedModels.ts';
import type { EngineSettings } from './messages.ts';

export function openEngine({
  inversions,
  blobs,
  threads,
  device,
  memoryBudget,
  ...settings
}: EngineSettings): Engine {
  const session = { device, ...(threads === undefined ? {} : { threads }) };
  return new Engine({
    models: new LoadedModels({ ...settings, session }),
    store: new InversionStore(inversions),
    // The daemon keeps the folder small: it knows which pictures are still needed.
    pictures: new BlobPictures(new BlobStore(blobs, { maxBytes: Number.POSITIVE_INFINITY })),
    memoryBudget,
  });
}
