/** @file Pictures to and from the daemon, as binary frames. */

import { PalimpsestError } from '../errors.ts';
import { type Frame, hashPicture, MAX_CHUNK_BYTES, WINDOW_BYTES } from '../frames.ts';
import type { BlobHash } from '../jobs.ts';
import { type Connection, errorOf } from './connection.ts';

interface Transfer {
  onFrame(frame: Frame): void;
  reject(reason: unknown): void;
}

/** The transfers of one connection. */
export class Transfers {
  private next = 1;
  private readonly running = new Map<number, Transfer>();

  constructor(private readonly connection: Connection) {}

  receive(frame: Frame): void {
    const transfer = this.running.get(frame.transfer);
    if (frame.type === 'fail') transfer?.reject(errorOf(frame.error));
    else transfer?.onFrame(frame);
  }

  /** Ends them all. */
  fail(reason: unknown): void {
    for (const { reject } of this.running.values()) reject(reason);
  }

  /** Gives the daemon a picture; one that it has already costs a frame. */
  async put(bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<BlobHash> {
    const image = await hashPicture(bytes);
    return this.run(signal, (transfer, resolve) => {
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
    const bytes = await this.run<Uint8Array<ArrayBuffer>>(signal, (transfer, resolve) => {
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

  private async run<T>(
    signal: AbortSignal | undefined,
    start: (transfer: number, resolve: (value: T) => void) => Transfer['onFrame'],
  ): Promise<T> {
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

/** Promise.withResolvers, which Node has from version 22 on. */
export function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
