/** @file Pictures that come in and go out. What comes in is looked at before it is kept. */

import { type BlobHash, PalimpsestError } from '@palimpsest/protocol';
import { type PictureHeader, readPictureHeader } from '../imaging/pictureHeader.ts';
import type { Blobs } from './backend.ts';

export class Pictures {
  constructor(private readonly blobs: Blobs) {}

  /** @throws {PalimpsestError} as `readPictureHeader`, and DISK_FULL. */
  async keep(bytes: Uint8Array): Promise<PictureHeader & { image: BlobHash }> {
    const header = await readPictureHeader(bytes);
    return { ...header, image: await this.blobs.put(bytes) };
  }

  async has(image: BlobHash): Promise<boolean> {
    if (!(await this.blobs.hold(image))) return false;
    await this.blobs.release(image);
    return true;
  }

  /** @throws {PalimpsestError} IMAGE_UNKNOWN */
  async find(image: BlobHash): Promise<Uint8Array> {
    const bytes = await this.blobs.get(image);
    if (bytes !== null) return bytes;
    throw new PalimpsestError(
      'IMAGE_UNKNOWN',
      'The daemon does not have this picture: it was never sent, or it made room for others. Send it again.',
    );
  }
}
