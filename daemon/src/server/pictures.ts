/**
 * @file Pictures that come in and go out. They are checked before they are kept, and go out only to clients that have
 * them.
 */

import { type BlobHash, type ClientInfo, PalimpsestError, telling, verbatim } from '@palimpsest/protocol';
import { type PictureHeader, readPictureHeader } from '../imaging/pictureHeader.ts';
import type { BlobReader } from '../store/blobReader.ts';
import type { Blobs } from './backend.ts';
import type { Belongings } from './belongings.ts';
import { FairTurns } from './fairTurns.ts';

export class Pictures {
  private readonly blobs: Blobs;
  private readonly belongings: Belongings;
  /** Pictures are written one after the other. How many wait is bounded by the memory that they take (share.ts). */
  private readonly turns = new FairTurns(Number.POSITIVE_INFINITY);

  constructor(blobs: Blobs, belongings: Belongings) {
    this.blobs = blobs;
    this.belongings = belongings;
  }

  /** As a client may see them. @param client asked for each time: a connection has none at first. */
  of(client: () => ClientInfo): ClientPictures {
    return new ClientPictures(this.blobs, this.belongings, this.turns, client);
  }
}

/** The pictures of one client: another's are as unknown to it as what is not there. */
export class ClientPictures {
  private readonly blobs: Blobs;
  private readonly belongings: Belongings;
  private readonly turns: FairTurns;
  private readonly client: () => ClientInfo;

  constructor(blobs: Blobs, belongings: Belongings, turns: FairTurns, client: () => ClientInfo) {
    this.blobs = blobs;
    this.belongings = belongings;
    this.turns = turns;
    this.client = client;
  }

  /** @throws {PalimpsestError} as `readPictureHeader`, and DISK_FULL. */
  async keep(bytes: Uint8Array): Promise<PictureHeader & { image: BlobHash }> {
    const header = readPictureHeader(bytes);
    const image = await this.turns.take(this.client().id, kept, () => this.blobs.put(bytes));
    this.belongings.addPicture(this.client(), image);
    return { ...header, image };
  }

  async has(image: BlobHash): Promise<boolean> {
    if (!this.belongings.hasPicture(this.client(), image)) return false;
    if (!(await this.blobs.hold(image))) return false;
    await this.blobs.release(image);
    return true;
  }

  /**
   * Opens a picture to be sent.
   *
   * @throws {PalimpsestError} IMAGE_UNKNOWN
   */
  async open(image: BlobHash): Promise<OutgoingPicture> {
    const isTheirs = this.belongings.hasPicture(this.client(), image);
    const reader = isTheirs ? await this.blobs.open(image) : null;
    if (reader === null) throw unknown(image);
    return new OutgoingPicture(image, reader, () => this.blobs.discard(image));
  }
}

/** A picture on its way out, piece by piece. Whoever opens it closes it. */
export class OutgoingPicture {
  /** In bytes. */
  readonly size: number;

  private readonly image: BlobHash;
  private readonly reader: BlobReader;
  private readonly discard: () => Promise<void>;

  constructor(image: BlobHash, reader: BlobReader, discard: () => Promise<void>) {
    this.image = image;
    this.reader = reader;
    this.discard = discard;

    this.size = reader.size;
  }

  /**
   * The next bytes, at most so many.
   *
   * @throws {PalimpsestError} IMAGE_UNKNOWN when the picture turns out to be damaged: it counts as none from then on.
   */
  async next(most: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.reader.next(most);
    if (bytes !== null) return bytes;
    await this.discard();
    throw unknown(this.image);
  }

  close(): Promise<void> {
    return this.reader.close();
  }
}

/** A picture that has come whole is kept, also where its client has gone. */
const kept = new AbortController().signal;

const unknown = (image: BlobHash) =>
  new PalimpsestError(
    'IMAGE_UNKNOWN',
    telling(
      verbatim(
        'The daemon does not have this picture of yours: it was never sent, or it made room for others. Send it again.',
      ),
      { image },
    ),
  );
