/** @file The store of pictures, in which each client has a fair share of the room. */

import { BlobStore, type BlobStoreOptions } from '../store/blobStore.ts';
import type { Ownership } from '../store/ownership.ts';
import { pictureNamed, pictureOfThing } from './belongings.ts';

/** Opens the store over a folder. It follows whose a picture is. */
export function openOwnedPictures(
  folder: string,
  ownership: Ownership,
  room: Pick<BlobStoreOptions, 'maxBytes'> = {},
): BlobStore {
  const blobs = new BlobStore(folder, {
    ...room,
    ownersOf: (image) => ownership.ownersOf(pictureNamed(image)),
  });
  ownership.onChange((thing) => {
    const image = pictureOfThing(thing);
    if (image !== null) blobs.ownersChanged(image);
  });
  return blobs;
}
