/** @file The daemon's side of pictures as binary frames. */

import {
  type BlobHash,
  type Frame,
  hashPicture,
  MAX_PICTURE_BYTES,
  PalimpsestError,
  type Sentence,
  sentence,
  WINDOW_BYTES,
} from '@palimpsest/protocol';
import { Budget } from './budget.ts';
import type { WireError } from './errorMapping.ts';
import { LIMITS } from './limits.ts';
import { Outgoing } from './outgoing.ts';
import type { ClientPictures } from './pictures.ts';
import type { Share } from './share.ts';

export interface TransferOptions {
  /** Resolves when the frame has left the daemon's memory. */
  send(frame: Frame): Promise<void>;
  readonly pictures: ClientPictures;
  /** Of the client. */
  readonly share: Share;
  toWire(error: unknown): WireError;
  /** Is told of a frame that was refused for being one too many. */
  onRefused(): void;
  /** Without a frame for so long, a transfer is given up; in ms. */
  readonly patience: number;
}

interface Transfer {
  receive(frame: Frame): void;
  readonly timer: NodeJS.Timeout;
  /** When it is given up, however often a frame comes; in ms since 1970. */
  readonly endsAt: number;
  /** Gives back what it holds. */
  readonly release: () => void;
}

export class Transfers {
  private readonly running = new Map<number, Transfer>();
  private readonly memory: Budget;

  private readonly options: TransferOptions;

  constructor(options: TransferOptions) {
    this.options = options;

    this.memory = new Budget(LIMITS.transferBytes, options.share.memory);
  }

  /** Takes a frame of the client. Never throws: what goes wrong ends the transfer with a `fail`. */
  receive(frame: Frame): void {
    const { transfer } = frame;
    this.attempt(transfer, () => {
      if (frame.type === 'preview') {
        this.options.onRefused();
        throw failed(sentence`Previews come from the daemon only.`);
      }
      const running = this.running.get(transfer);
      if (running === undefined || frame.type === 'open' || frame.type === 'get') this.requireRate();
      if (frame.type === 'fail') this.end(transfer);
      else if (frame.type === 'open' || frame.type === 'get') {
        if (running !== undefined) throw failed(sentence`Transfer ${{ transfer }} is under way already.`);
        if (frame.type === 'open') this.open(frame);
        else void this.get(frame);
      } else {
        // A late ack of what is over is no fault.
        if (running === undefined && frame.type === 'ack') return;
        if (running === undefined) throw failed(sentence`There is no transfer ${{ transfer }}.`);
        if (Date.now() > running.endsAt) throw failed(sentence`It takes too long.`);
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
        sentence`A picture has 1 to ${{ most: MAX_PICTURE_BYTES }} bytes, not ${{ total }}. Save it compressed, or scale it down.`,
      );
    }
    let received = 0;
    let bytes = new Uint8Array(0);
    let kept: Promise<unknown> = Promise.resolve();
    this.begin(
      transfer,
      { held: total, total },
      (frame) => {
        if (frame.type !== 'chunk') return this.requireRate();
        if (frame.offset !== received || received + frame.bytes.length > total) {
          throw failed(sentence`The next chunk starts at ${{ received }} and ends by ${{ total }}.`);
        }
        if (frame.bytes.length < LIMITS.smallChunk && received + frame.bytes.length < total) {
          this.requireRate();
        }
        // Takes no memory until it is written to, and the budget counts it.
        if (received === 0) bytes = new Uint8Array(total);
        bytes.set(frame.bytes, received);
        received += frame.bytes.length;
        if (received < total) void this.options.send({ type: 'ack', transfer, received });
        else kept = this.keep(transfer, image, bytes);
      },
      // Whatever becomes of the transfer, a picture that is being kept is in memory.
      () => void kept.finally(() => this.memory.giveBack(total)),
    );
    void this.greet(transfer, total, image);
  }

  /** The first ack: whether the picture is there already. */
  private async greet(transfer: number, total: number, image: BlobHash): Promise<void> {
    await this.attempt(transfer, async () => {
      const known = await this.options.pictures.has(image);
      if (!this.running.has(transfer)) return;
      void this.options.send({ type: 'ack', transfer, received: known ? total : 0 });
      if (known) this.end(transfer);
    });
  }

  private async keep(transfer: number, image: BlobHash, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.attempt(transfer, async () => {
      if ((await hashPicture(bytes)) !== image)
        throw failed(sentence`The bytes are not those that their hash names.`);
      await this.options.pictures.keep(bytes);
      if (!this.running.has(transfer)) return;
      void this.options.send({ type: 'ack', transfer, received: bytes.length });
      this.end(transfer);
    });
  }

  private async get({ transfer, image }: Extract<Frame, { type: 'get' }>): Promise<void> {
    const { pictures, send } = this.options;
    let outgoing: Outgoing | null = null;
    let ended = false;
    await this.attempt(transfer, async () => {
      // Room is made before anything is read, and no second transfer takes its number meanwhile.
      this.begin(
        transfer,
        { held: WINDOW_BYTES, total: MAX_PICTURE_BYTES },
        (frame) => {
          if (frame.type !== 'ack' || outgoing === null)
            throw failed(sentence`Only what was sent can be acknowledged.`);
          if (!outgoing.acknowledge(frame.received)) this.requireRate();
          if (outgoing.isOver) this.end(transfer);
          else void this.attempt(transfer, () => outgoing?.proceed());
        },
        () => {
          ended = true;
          outgoing?.end();
          this.memory.giveBack(WINDOW_BYTES);
        },
      );
      const picture = await pictures.open(image);
      outgoing = new Outgoing(picture, (offset, bytes) => send({ type: 'chunk', transfer, offset, bytes }));
      if (ended) return outgoing.end();
      void send({ type: 'open', transfer, total: picture.size, image });
      await outgoing.proceed();
    });
  }

  /** @param held of the client's memory, which `release` gives back; total: what is transferred at most. In bytes. */
  private begin(
    transfer: number,
    { held, total }: { readonly held: number; readonly total: number },
    receive: Transfer['receive'],
    release: Transfer['release'],
  ): void {
    if (this.running.size >= LIMITS.transfers) {
      throw new PalimpsestError('RATE_LIMITED', 'Too many pictures are on their way over this connection.');
    }
    this.memory.take(held);
    const { patience } = this.options;
    const timer = setTimeout(
      () => this.attempt(transfer, () => Promise.reject(failed(sentence`Nothing has come for too long.`))),
      patience,
    );
    const endsAt = Date.now() + patience + (total / LIMITS.transferPace) * 1000;
    this.running.set(transfer, { receive, timer, endsAt, release });
  }

  private end(transfer: number): void {
    const running = this.running.get(transfer);
    if (running === undefined) return;
    clearTimeout(running.timer);
    this.running.delete(transfer);
    running.release();
  }

  /** @throws {PalimpsestError} RATE_LIMITED */
  private requireRate(): void {
    if (this.options.share.transfers.take()) return;
    this.options.onRefused();
    throw new PalimpsestError('RATE_LIMITED', 'Too many transfers at once. Wait for some to be through.');
  }

  private attempt(transfer: number, work: () => void | Promise<void> | undefined): Promise<void> {
    const fail = (error: unknown) => {
      this.end(transfer);
      void this.options.send({ type: 'fail', transfer, error: this.options.toWire(error) });
    };
    try {
      return Promise.resolve(work()).catch(fail);
    } catch (error) {
      fail(error);
      return Promise.resolve();
    }
  }
}

const failed = (told: Sentence): PalimpsestError => new PalimpsestError('TRANSFER_FAILED', told);
