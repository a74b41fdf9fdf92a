/** @file Pictures to and from the daemon, as binary frames. */

import { PalimpsestError } from '../errors.ts';
import { type Frame, hashPicture, MAX_CHUNK_BYTES, WINDOW_BYTES } from '../frames.ts';
import type { BlobHash } from '../kinds/parts.ts';
import { untilAborted } from './abort.ts';
import { type Connection, errorOf } from './connection.ts';
import { withResolvers } from './resolvers.ts';
import { ALONE, Turns, UNKNOWN_BYTES } from './turns.ts';

/** Tries beyond the first, and by how much the pause before each is longer than the one before the last, in ms. */
const TRIES = 8;
const PAUSE = 200;

interface Transfer {
  onFrame(frame: Frame): void;
  reject(reason: unknown): void;
}

/** Sends the first frame of a transfer; what it returns hears the answers. */
type Start<T> = (transfer: number, resolve: (value: T) => void) => Transfer['onFrame'];

/** The transfers of one connection. They wait for each other, so that the daemon takes as many as there may be. */
export class Transfers {
  private next = 1;
  private readonly turns = new Turns();
  private readonly running = new Map<number, Transfer>();

  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  receive(frame: Frame): void {
    const transfer = this.running.get(frame.transfer);
    if (frame.type === 'fail') transfer?.reject(errorOf(frame.error));
    else transfer?.onFrame(frame);
  }

  /** Rejects all of them. */
  fail(reason: unknown): void {
    for (const { reject } of this.running.values()) reject(reason);
  }

  /** Gives the daemon a picture; one that it has already costs a frame. */
  async put(bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<BlobHash> {
    const image = await hashPicture(bytes);
    return this.inTurn(bytes.length, signal, (transfer, resolve) => {
      let sent = 0;
      this.connection.sendFrame({ type: 'open', transfer, total: bytes.length, image });
      return (frame) => {
        if (frame.type !== 'ack') return;
        if (frame.received === bytes.length) resolve(image);
        while (sent < bytes.length && sent < frame.received + WINDOW_BYTES) {
          const chunk = bytes.subarray(sent, sent + MAX_CHUNK_BYTES);
          this.connection.sendFrame({ type: 'chunk', transfer, offset: sent, bytes: chunk });
          sent += chunk.length;
        }
      };
    });
  }

  /** A picture of the daemon. */
  async get(image: BlobHash, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.inTurn<Uint8Array<ArrayBuffer>>(UNKNOWN_BYTES, signal, (transfer, resolve) => {
      let picture = new Uint8Array(0);
      this.connection.sendFrame({ type: 'get', transfer, image });
      return (frame) => {
        if (frame.type === 'open') picture = new Uint8Array(frame.total);
        if (frame.type !== 'chunk') return;
        picture.set(frame.bytes, frame.offset);
        const received = frame.offset + frame.bytes.length;
        this.connection.sendFrame({ type: 'ack', transfer, received });
        if (received === picture.length) resolve(picture);
      };
    });
    if ((await hashPicture(bytes)) === image) return bytes;
    throw new PalimpsestError('TRANSFER_FAILED', 'The picture was damaged on its way. Try again.');
  }

  /** Tries again where the daemon has no room: other connections of this client may fill its share. */
  private async inTurn<T>(bytes: number, signal: AbortSignal | undefined, start: Start<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        // Pictures that come may be larger than they were taken for.
        const room = tries === 0 ? bytes : ALONE;
        return await this.turns.take(room, signal, () => this.run(signal, start));
      } catch (error) {
        const isFull = error instanceof PalimpsestError && error.code === 'RATE_LIMITED';
        if (!isFull || tries === TRIES) throw error;
        await untilAborted(signal, new Promise((resolve) => setTimeout(resolve, PAUSE * tries)));
      }
    }
  }

  private async run<T>(signal: AbortSignal | undefined, start: Start<T>): Promise<T> {
    signal?.throwIfAborted();
    const transfer = this.next++;
    const { promise, resolve, reject } = withResolvers<T>();
    const abort = () => {
      const message = 'The client has cancelled the transfer.';
      this.connection.sendFrame({ type: 'fail', transfer, error: { code: 0, message } });
      reject(signal?.reason);
    };
    try {
      this.running.set(transfer, { onFrame: start(transfer, resolve), reject });
      signal?.addEventListener('abort', abort);
      return await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.running.delete(transfer);
    }
  }
}
