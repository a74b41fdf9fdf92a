/** @file The store of pictures, in which each client has a fair share of the room. */

import { BlobStore, type BlobStoreOptions } from '../store/blobStore.ts';
import type { Ownership, Thing } from '../store/ownership.ts';
import { pictureNamed } from './belongings.ts';

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
    if (isPicture(thing)) blobs.ownersChanged(`sha256:${thing.slice(PICTURE.length)}`);
  });
  return blobs;
}

const PICTURE = 'picture-';
const isPicture = (thing: Thing): boolean => thing.startsWith(PICTURE);
