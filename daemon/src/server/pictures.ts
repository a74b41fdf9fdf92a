/** @file Pictures that come in and go out. What comes in is looked at before it is kept, and goes out to those whose it is. */

import { type BlobHash, type ClientInfo, PalimpsestError } from '@palimpsest/protocol';
import { type PictureHeader, readPictureHeader } from '../imaging/pictureHeader.ts';
import type { Blobs } from './backend.ts';
import type { Belongings } from './belongings.ts';

export class Pictures {
  constructor(
    private readonly blobs: Blobs,
    private readonly belongings: Belongings,
  ) {}

  /** As a client may see them. @param client asked for each time: a connection has none at first. */
  of(client: () => ClientInfo): ClientPictures {
    return new ClientPictures(this.blobs, this.belongings, client);
  }
}

/** The pictures of one client: another's are as unknown to it as what is not there. */
export class ClientPictures {
  constructor(
    private readonly blobs: Blobs,
    private readonly belongings: Belongings,
    private readonly client: () => ClientInfo,
  ) {}

  /** @throws {PalimpsestError} as `readPictureHeader`, and DISK_FULL. */
  async keep(bytes: Uint8Array): Promise<PictureHeader & { image: BlobHash }> {
    const header = await readPictureHeader(bytes);
    const image = await this.blobs.put(bytes);
    this.belongings.addPicture(this.client(), image);
    return { ...header, image };
  }

  async has(image: BlobHash): Promise<boolean> {
    if (!this.belongings.hasPicture(this.client(), image)) return false;
    if (!(await this.blobs.hold(image))) return false;
    await this.blobs.release(image);
    return true;
  }

  /** @throws {PalimpsestError} IMAGE_UNKNOWN */
  async find(image: BlobHash): Promise<Uint8Array> {
    const isTheirs = this.belongings.hasPicture(this.client(), image);
    const bytes = isTheirs ? await this.blobs.get(image) : null;
    if (bytes !== null) return bytes;
    throw new PalimpsestError(
      'IMAGE_UNKNOWN',
      'The daemon does not have this picture of yours: it was never sent, or it made room for others. Send it again.',
    );
  }
}
