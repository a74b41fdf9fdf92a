/** @file The daemon's side of pictures as binary frames. */

import {
  type BlobHash,
  type Frame,
  hashPicture,
  MAX_CHUNK_BYTES,
  MAX_PICTURE_BYTES,
  PalimpsestError,
  WINDOW_BYTES,
} from '@palimpsest/protocol';
import { Budget } from './budget.ts';
import type { WireError } from './errorMapping.ts';
import { LIMITS } from './limits.ts';
import type { ClientPictures } from './pictures.ts';

export interface TransferOptions {
  send(frame: Frame): void;
  readonly pictures: ClientPictures;
  /** Of all connections. */
  readonly budget: Budget;
  toWire(error: unknown): WireError;
  /** Without a frame for so long, a transfer is given up; in ms. */
  readonly patience: number;
}

interface Transfer {
  /** In memory. */
  readonly bytes: number;
  receive(frame: Frame): void;
  timer: NodeJS.Timeout;
}

export class Transfers {
  private readonly running = new Map<number, Transfer>();
  private readonly budget = new Budget(LIMITS.transferBytes);

  constructor(private readonly options: TransferOptions) {}

  /** Takes a frame of the client. Never throws: what goes wrong ends the transfer with a `fail`. */
  receive(frame: Frame): void {
    const { transfer } = frame;
    this.attempt(transfer, () => {
      const running = this.running.get(transfer);
      if (frame.type === 'fail') this.end(transfer);
      else if (frame.type === 'open' || frame.type === 'get') {
        if (running !== undefined) throw failed(`Transfer ${transfer} is under way already.`);
        if (frame.type === 'open') this.open(frame);
        else void this.get(frame);
      } else {
        // A late ack of what is over is no fault.
        if (running === undefined && frame.type === 'ack') return;
        if (running === undefined) throw failed(`There is no transfer ${transfer}.`);
        running.timer.refresh();
        running.receive(frame);
      }
    });
  }

  close(): void {
    for (const transfer of [...this.running.keys()]) this.end(transfer);
  }

  private open({ transfer, total, image }: Extract<Frame, { type: 'open' }>): void {
    if (total === 0 || total > MAX_PICTURE_BYTES) {
      throw new PalimpsestError(
        'PICTURE_TOO_LARGE',
        `A picture has 1 to ${MAX_PICTURE_BYTES} bytes, not ${total}. Save it compressed, or scale it down.`,
      );
    }
    let received = 0;
    let bytes = new Uint8Array(0);
    this.begin(transfer, total, (frame) => {
      if (frame.type !== 'chunk') return;
      if (frame.offset !== received || received + frame.bytes.length > total) {
        throw failed(`The next chunk starts at ${received} and ends by ${total}.`);
      }
      // Takes no memory until it is written to, and the budget counts it.
      if (received === 0) bytes = new Uint8Array(total);
      bytes.set(frame.bytes, received);
      received += frame.bytes.length;
      if (received < total) this.options.send({ type: 'ack', transfer, received });
      else void this.keep(transfer, image, bytes);
    });
    void this.greet(transfer, total, image);
  }

  /** The first ack: whether the picture is there already. */
  private async greet(transfer: number, total: number, image: BlobHash): Promise<void> {
    await this.attempt(transfer, async () => {
      const known = await this.options.pictures.has(image);
      if (!this.running.has(transfer)) return;
      this.options.send({ type: 'ack', transfer, received: known ? total : 0 });
      if (known) this.end(transfer);
    });
  }

  private async keep(transfer: number, image: BlobHash, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.attempt(transfer, async () => {
      if ((await hashPicture(bytes)) !== image)
        throw failed('The bytes are not those that their hash names.');
      await this.options.pictures.keep(bytes);
      if (!this.running.has(transfer)) return;
      this.options.send({ type: 'ack', transfer, received: bytes.length });
      this.end(transfer);
    });
  }

  private async get({ transfer, image }: Extract<Frame, { type: 'get' }>): Promise<void> {
    await this.attempt(transfer, async () => {
      // Known to be running at once, so that no second transfer takes its number while the picture is read.
      this.begin(transfer, 0, () => {});
      const bytes = await this.options.pictures.find(image);
      if (!this.running.has(transfer)) return;
      this.end(transfer);
      let sent = 0;
      const sendTo = (end: number) => {
        while (sent < Math.min(end, bytes.length)) {
          const chunk = bytes.subarray(sent, sent + MAX_CHUNK_BYTES);
          this.options.send({ type: 'chunk', transfer, offset: sent, bytes: chunk });
          sent += chunk.length;
        }
      };
      this.begin(transfer, bytes.length, (frame) => {
        if (frame.type !== 'ack' || frame.received > sent)
          throw failed('Only what was sent can be acknowledged.');
        sendTo(frame.received + WINDOW_BYTES);
        if (frame.received === bytes.length) this.end(transfer);
      });
      this.options.send({ type: 'open', transfer, total: bytes.length, image });
      sendTo(WINDOW_BYTES);
    });
  }

  private begin(transfer: number, bytes: number, receive: Transfer['receive']): void {
    const full = () =>
      new PalimpsestError(
        'RATE_LIMITED',
        'Too many pictures are on their way. Send the next when one is through.',
      );
    if (this.running.size >= LIMITS.transfers || !this.budget.take(bytes)) throw full();
    if (!this.options.budget.take(bytes)) {
      this.budget.giveBack(bytes);
      throw full();
    }
    const timer = setTimeout(
      () => this.attempt(transfer, () => Promise.reject(failed('Nothing has come for too long.'))),
      this.options.patience,
    );
    this.running.set(transfer, { bytes, receive, timer });
  }

  private end(transfer: number): void {
    const running = this.running.get(transfer);
    if (running === undefined) return;
    clearTimeout(running.timer);
    this.running.delete(transfer);
    this.budget.giveBack(running.bytes);
    this.options.budget.giveBack(running.bytes);
  }

  private attempt(transfer: number, work: () => void | Promise<void>): Promise<void> {
    const fail = (error: unknown) => {
      this.end(transfer);
      this.options.send({ type: 'fail', transfer, error: this.options.toWire(error) });
    };
    try {
      return Promise.resolve(work()).catch(fail);
    } catch (error) {
      fail(error);
      return Promise.resolve();
    }
  }
}

const failed = (message: string): PalimpsestError => new PalimpsestError('TRANSFER_FAILED', message);
