/** @file One client's socket, from its upgrade to its close. */

import {
  CLOSE_CODES,
  type ClientInfo,
  decodeFrame,
  encodeFrame,
  type Frame,
  type NotificationName,
  type NotificationParams,
  PalimpsestError,
  sentence,
} from '@palimpsest/protocol';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Caller, Challenge } from './caller.ts';
import { wireError } from './errorMapping.ts';
import type { RequestId } from './framer.ts';
import { LIMITS, type Timings } from './limits.ts';
import type { Ending } from './pairing.ts';
import type { Pictures } from './pictures.ts';
import { RateLimit } from './rateLimit.ts';
import type { Rpc } from './rpc.ts';
import type { Share } from './share.ts';
import { Transfers } from './transfers.ts';

/** What a connection needs of the server around it. */
export interface ConnectionOptions {
  readonly socket: WebSocket;
  readonly origin: string;
  readonly agent: string;
  /** The client with whose ticket it came, if any. */
  readonly ticketOf: string | null;
  readonly rpc: Rpc;
  readonly pictures: Pictures;
  readonly timings: Timings;
  readonly log: Logger;
  /**
   * It says hello as that client. Returns what that may cost, which all its connections share.
   *
   * @throws {PalimpsestError} RATE_LIMITED when too many are connected.
   */
  welcome(client: ClientInfo): Share;
  /** It waits to be let in, which takes it off the doorstep, or does so no more. */
  onPairing(isPairing: boolean): void;
  /** Something waits in this socket: whichever holds too much in all is ended. */
  onBacklog(): void;
  /** It wants previews of a job, or no more of them. */
  onPreviewsChanged(job: string): void;
}

export class Connection implements Caller {
  client: ClientInfo | null = null;
  readonly inFlight = new Set<RequestId>();
  readonly previews = new Set<string>();
  readonly origin: string;
  readonly agent: string;
  readonly ticketOf: string | null;
  private readonly departure = new AbortController();
  private readonly socket: WebSocket;
  private transfers: Transfers | null = null;
  share: Share | null = null;
  challenge: Challenge | null = null;
  private deadline: NodeJS.Timeout;
  private readonly heartbeat: NodeJS.Timeout;
  private answersPings = true;
  private readonly refusals = new RateLimit(LIMITS.refusals, LIMITS.forgivenPerSecond);
  private readonly controlFrames = new RateLimit(LIMITS.controlFrames, LIMITS.controlFramesPerSecond);
  private strangerMessages = 0;
  private closing: string | null = null;
  /** A stranger's messages are taken one after the other, so that what follows hello finds it done. */
  private turn: Promise<void> = Promise.resolve();

  private readonly options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.options = options;

    const { socket, timings, log } = options;
    this.socket = socket;
    this.origin = options.origin;
    this.agent = options.agent;
    this.ticketOf = options.ticketOf;
    this.deadline = this.awaitHello(timings.hello);
    this.heartbeat = setInterval(() => this.ping(), timings.heartbeat);
    socket.on('ping', () => this.countControlFrame());
    socket.on('pong', () => {
      this.answersPings = true;
      this.countControlFrame();
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => this.receive(data, isBinary));
    // An oversize or malformed frame: ws closes the socket with the right code by itself.
    socket.on('error', (error) =>
      log.warn({ origin: this.origin, reason: error.message }, 'a socket failed'),
    );
    socket.on('close', () => this.cleanUp());
  }

  get gone(): AbortSignal {
    return this.departure.signal;
  }

  notify<N extends NotificationName>(method: N, params: NotificationParams<N>): void {
    void this.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** For what is worth nothing when it is late. */
  notifyIfIdle<N extends NotificationName>(method: N, params: NotificationParams<N>): void {
    if (this.socket.bufferedAmount < LIMITS.previewBacklog) this.notify(method, params);
  }

  sendPreview(job: string, png: Uint8Array): void {
    if (this.previews.has(job) && this.socket.bufferedAmount < LIMITS.previewBacklog) {
      void this.sendFrame({ type: 'preview', transfer: 0, job, png });
    }
  }

  countRefusal(): void {
    if (this.refusals.take()) return;
    // After the answers that are on their way.
    setImmediate(() => this.end(CLOSE_CODES.tooMany, 'Too many requests were refused.'));
  }

  greet(client: ClientInfo): void {
    const { welcome, pictures, log, timings } = this.options;
    this.share = welcome(client);
    this.client = client;
    this.transfers?.close();
    this.transfers = new Transfers({
      send: (frame) => this.sendFrame(frame),
      pictures: pictures.of(() => client),
      share: this.share,
      toWire: (error) => wireError(error, log),
      onRefused: () => this.countRefusal(),
      patience: timings.transfer,
    });
    clearTimeout(this.deadline);
  }

  turnAway(reason: string): void {
    this.closing = reason;
  }

  beginPairing(): void {
    // Who has said hello has neither a deadline nor a place on the doorstep.
    if (this.client !== null) return;
    clearTimeout(this.deadline);
    this.options.onPairing(true);
  }

  tellWaiting(others: number): void {
    this.notify('pair.waiting', { others });
  }

  endPairing(why: Ending | 'refused'): void {
    // Who asks anew waits on.
    if (this.client !== null || this.gone.aborted || why === 'replaced') return;
    // Who gave the right code is no stranger any more: others must not take its place before it has its token.
    if (why !== 'confirmed') this.options.onPairing(false);
    clearTimeout(this.deadline);
    this.deadline = this.awaitHello(AFTER_PAIRING);
    if (why === 'expired') this.end(CLOSE_CODES.notAuthorised, 'The code has expired.');
    else if (why === 'displaced')
      this.end(CLOSE_CODES.notAuthorised, 'Others wait to be let in too, and it is their turn.');
  }

  setPreview(job: string, on: boolean): void {
    if (on) this.previews.add(job);
    else this.previews.delete(job);
    this.options.onPreviewsChanged(job);
  }

  /** Its token was taken back. */
  revoke(): void {
    this.end(CLOSE_CODES.revoked, 'This client was revoked.');
  }

  /** Others came after it, and it has not said hello. */
  displace(): void {
    this.closing = 'displaced';
    this.socket.close(1013, 'Others came. Connect again, and say hello at once.');
    // It may be one of thousands, and may not answer.
    this.socket.terminate();
  }

  /** The daemon stops. */
  goAway(): void {
    this.socket.close(1001, 'The daemon stops.');
  }

  terminate(): void {
    this.socket.terminate();
  }

  private awaitHello(patience: number): NodeJS.Timeout {
    return setTimeout(() => this.end(CLOSE_CODES.notAuthorised, 'No hello in time.'), patience);
  }

  private receive(data: Buffer, isBinary: boolean): void {
    if (this.closing !== null) return;
    if (this.client !== null) {
      if (isBinary) this.receiveFrame(data);
      else if (this.share?.text.take(data.length)) void this.answer(data.toString('utf8'));
      else this.refuseUnread();
      return;
    }
    if (++this.strangerMessages > LIMITS.strangerMessages) {
      this.end(CLOSE_CODES.notAuthorised, 'Too many messages before hello.');
      return;
    }
    this.turn = this.turn.then(async () => {
      // By an answer to what came before.
      if (this.closing !== null) return;
      if (isBinary && this.client === null)
        this.end(CLOSE_CODES.notAuthorised, isJson(data) ? JSON_IN_BINARY : 'Say hello with a token first.');
      else if (isBinary) this.receiveFrame(data);
      else await this.answer(data.toString('utf8'));
    });
  }

  private async answer(text: string): Promise<void> {
    const answer = await this.options.rpc.answer(text, this);
    if (answer !== null) void this.send(answer);
    if (this.closing !== null) this.end(CLOSE_CODES.notAuthorised, this.closing);
  }

  /** Without a look at it, so without its id. */
  private refuseUnread(): void {
    this.countRefusal();
    const megabytes = LIMITS.textPerSecond / 2 ** 20;
    const error = new PalimpsestError(
      'RATE_LIMITED',
      sentence`More than ${{ megabytes }} MiB of text a second. Send pictures as binary frames.`,
    );
    const answer = { jsonrpc: '2.0', id: null, error: wireError(error, this.options.log) };
    void this.send(JSON.stringify(answer));
  }

  private receiveFrame(data: Buffer): void {
    try {
      if (isJson(data)) throw new PalimpsestError('TRANSFER_FAILED', JSON_IN_BINARY);
      this.transfers?.receive(decodeFrame(data));
    } catch (error) {
      this.countRefusal();
      const transfer = data.length >= 5 ? data.readUInt32BE(1) : 0;
      void this.sendFrame({ type: 'fail', transfer, error: wireError(error, this.options.log) });
    }
  }

  /** What waits in its socket, in bytes. */
  get backlog(): number {
    return this.socket.bufferedAmount;
  }

  /** Resolves when nothing of it is in memory any more. */
  private send(data: string | Uint8Array): Promise<void> {
    if (this.socket.readyState !== this.socket.OPEN) return Promise.resolve();
    if (this.backlog > 0) this.options.onBacklog();
    // Who reads so slowly has gone, or means harm.
    if (this.backlog > LIMITS.backlog) this.socket.terminate();
    if (this.socket.readyState !== this.socket.OPEN) return Promise.resolve();
    return new Promise((resolve) => this.socket.send(data, () => resolve()));
  }

  private sendFrame(frame: Frame): Promise<void> {
    return this.send(encodeFrame(frame));
  }

  /** Each ping is answered, and the answers of who does not read them wait in memory. */
  private countControlFrame(): void {
    if (!this.controlFrames.take()) this.end(CLOSE_CODES.tooMany, 'Too many pings or pongs.');
  }

  /** Hears no more of a client, whether or not it answers the close. */
  private end(code: number, reason: string): void {
    this.closing = reason;
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.options.log.info({ origin: this.origin, reason }, 'a client was turned away');
    this.socket.close(code, reason);
    setTimeout(() => this.socket.terminate(), this.options.timings.header).unref();
  }

  private ping(): void {
    if (!this.answersPings) {
      this.socket.terminate();
      return;
    }
    this.answersPings = false;
    this.socket.ping();
  }

  private cleanUp(): void {
    this.departure.abort();
    clearTimeout(this.deadline);
    clearInterval(this.heartbeat);
    this.transfers?.close();
    const jobs = [...this.previews];
    this.previews.clear();
    for (const job of jobs) this.options.onPreviewsChanged(job);
  }
}

/** For a person to read what went wrong, and to ask once more; in ms. Strangers that come may take the place. */
const AFTER_PAIRING = 2 * 60_000;

const JSON_IN_BINARY = 'JSON goes in text messages; binary ones carry pictures.';

/** No frame begins as an object or an array does. */
const isJson = (data: Buffer): boolean => data[0] === 0x7b || data[0] === 0x5b;
