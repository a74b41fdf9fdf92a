/** @file The engine's pictures where they lie in the daemon's store. */

import { type BlobHash, PalimpsestError, sentence } from '@palimpsest/protocol';
import { decodePicture, encodePng, type Picture, type PictureRole } from '../imaging/picture.ts';
import type { BlobStore } from '../store/blobStore.ts';
import type { NamedPictures } from './engine.ts';

export class BlobPictures implements NamedPictures {
  private readonly blobs: BlobStore;

  constructor(blobs: BlobStore) {
    this.blobs = blobs;
  }

  async open(image: BlobHash, role?: PictureRole): Promise<Picture> {
    const bytes = await this.blobs.get(image);
    if (bytes !== null) return decodePicture(bytes, role);
    throw new PalimpsestError(
      'IMAGE_UNKNOWN',
      sentence`There is no picture ${{ image }}. Put it there again.`,
    );
  }

  async keep(picture: Picture) {
    const { width, height } = picture;
    return { image: await this.blobs.put(await encodePng(picture)), width, height };
  }
}
