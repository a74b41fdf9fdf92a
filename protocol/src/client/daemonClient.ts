/** @file The typed client of the daemon, for browsers and Node. */

import { PalimpsestError } from '../errors.ts';
import type { Frame } from '../frames.ts';
import type { Kind } from '../jobs.ts';
import type { BlobHash } from '../kinds/parts.ts';
import type { METHODS, MethodName, NotificationName, ParamsInput, Result } from '../methods.ts';
import { untilAborted } from './abort.ts';
import { type Address, addressOf } from './address.ts';
import type { ClientEvents } from './clientEvents.ts';
import { Connection } from './connection.ts';
import { Identity } from './identity.ts';
import { RemoteJob } from './remoteJob.ts';
import { firstOf, openSocket, type SocketConstructor } from './socket.ts';
import { Transfers } from './transfers.ts';

export interface ClientOptions extends Address {
  /** From the token file, or from `pair`. */
  readonly token: string;
  /** Longest pause between two tries to connect again, in ms; 0 for no second try. */
  readonly maxPause?: number;
}

/** The methods that submit a job, and the kind of each. */
type Submits = {
  [M in MethodName as (typeof METHODS)[M] extends { readonly submits: Kind }
    ? M
    : never]: (typeof METHODS)[M] extends { readonly submits: infer K extends Kind } ? K : never;
};
/** A method that submits a job: of one kind, or of any. */
export type SubmitMethod<K extends Kind = Kind> = {
  [M in keyof Submits]: Submits[M] extends K ? M : never;
}[keyof Submits];

/** The kind of job that a method submits. */
export type SubmittedKind<M extends SubmitMethod> = Submits[M];

const FIRST_PAUSE = 250;
const MAX_PAUSE = 10_000;

interface Session {
  readonly connection: Connection;
  readonly transfers: Transfers;
}

export class DaemonClient {
  private session: Promise<Session>;
  private readonly listeners = new Map<keyof ClientEvents, Set<(event: never) => void>>();
  private greeting: Result<'hello'> | null = null;
  private ended = false;

  private readonly options: ClientOptions;

  private constructor(options: ClientOptions) {
    this.options = options;

    this.session = this.open();
    // Whoever calls next hears of it.
    this.session.catch(() => {});
  }

  /**
   * Connects and says hello. The connection is made again when it is lost, until `close`.
   *
   * @throws {PalimpsestError} CONNECTION_LOST when there is no daemon, DAEMON_UNPROVEN when another program answers in its
   *   place, NOT_AUTHORISED when the daemon does not know the token.
   */
  static async connect(options: ClientOptions): Promise<DaemonClient> {
    const client = new DaemonClient(options);
    await client.session;
    return client;
  }

  get closed(): boolean {
    return this.ended;
  }

  /** The daemon's latest answer to hello: its version, what it can do, who we are to it. */
  get welcome(): Result<'hello'> {
    if (this.greeting === null)
      throw new PalimpsestError('CONNECTION_LOST', 'The daemon has not answered yet.');
    return this.greeting;
  }

  /**
   * Calls a method; waits for the connection where it is being made again.
   *
   * @throws {PalimpsestError} with the daemon's code and sentence. What the signal was aborted with, at once.
   */
  async call<M extends MethodName>(
    method: M,
    params: ParamsInput<M>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Result<M>> {
    signal?.throwIfAborted();
    return untilAborted(
      signal,
      this.session.then(({ connection }) => connection.call(method, params)),
    );
  }

  /**
   * Gives the daemon a picture (PNG, JPEG or WebP) and returns its name. Many may be asked for at once: each waits until the
   * daemon has room for it.
   */
  async putImage(
    bytes: Uint8Array<ArrayBuffer>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<BlobHash> {
    return (await this.session).transfers.put(bytes, signal);
  }

  /** A picture of the daemon, as a file. Many may be asked for at once, as with `putImage`. */
  async getImage(
    image: BlobHash,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.session).transfers.get(image, signal);
  }

  /**
   * Submits long work. Aborting the signal cancels the job, before or after this returns.
   *
   * @param previews whether to get small pictures of the job as it runs.
   */
  async submit<M extends SubmitMethod>(
    method: M,
    params: ParamsInput<M>,
    { signal, previews = false }: { readonly signal?: AbortSignal; readonly previews?: boolean } = {},
  ): Promise<RemoteJob<SubmittedKind<M>>> {
    signal?.throwIfAborted();
    const { job } = await this.call(method, params);
    const remote = this.job<SubmittedKind<M>>(job.id);
    const cancel = () => void remote.cancel().catch(() => {});
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    if (previews) await this.call('jobs.preview', { id: job.id, on: true });
    return remote;
  }

  /** A job by its id: one that was submitted before the client was started again, for instance. */
  job<K extends Kind>(id: string): RemoteJob<K> {
    return new RemoteJob<K>(this, id);
  }

  /** Listens; returns what ends that. */
  on<E extends keyof ClientEvents>(event: E, listener: (params: ClientEvents[E]) => void): () => void {
    const listeners = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Ends the connection for good. Jobs go on. */
  close(): void {
    this.ended = true;
    this.session.then(
      ({ connection }) => connection.close(),
      () => {},
    );
  }

  /** At the first address with a daemon that knows us: another program may have one of them. */
  private open(): Promise<Session> {
    const { urls, webSocket } = addressOf(this.options);
    return firstOf(urls, (url) => this.openAt(url, webSocket));
  }

  private async openAt(url: string, webSocket: SocketConstructor): Promise<Session> {
    const identity = await Identity.of(this.options.token);
    let proven = false;
    let greeted = false;
    const socket = await openSocket(await identity.placeAt(url), webSocket);
    const connection: Connection = new Connection(socket, {
      // Until it has proven itself, anybody may say this.
      onNotification: (name, params) => proven && this.emit(name as NotificationName, params as never),
      onFrame: (frame) => proven && this.onFrame(transfers, frame),
      onClose: (reason) => {
        transfers.fail(reason);
        // Before that, whoever is opening it hears of it.
        if (greeted) this.reopen(reason);
      },
    });
    const transfers: Transfers = new Transfers(connection);
    try {
      const handshake = await identity.verify(connection, url);
      proven = true;
      this.greeting = await identity.sayHello(connection, handshake);
    } catch (error) {
      connection.close();
      throw error;
    }
    greeted = true;
    return { connection, transfers };
  }

  private onFrame(transfers: Transfers, frame: Frame): void {
    if (frame.type === 'preview') this.emit('preview', frame);
    else transfers.receive(frame);
  }

  private reopen(reason: PalimpsestError): void {
    const { maxPause = MAX_PAUSE } = this.options;
    const final = this.ended || maxPause === 0 || reason.code === 'NOT_AUTHORISED';
    this.session = final ? Promise.reject(reason) : this.retry(maxPause);
    this.session.then(
      () => this.emit('state', { connected: true }),
      () => {
        this.ended = true;
        this.emit('state', { connected: false });
      },
    );
    if (!final) this.emit('state', { connected: false });
  }

  private async retry(maxPause: number): Promise<Session> {
    for (let pause = Math.min(FIRST_PAUSE, maxPause); ; pause = Math.min(pause * 2, maxPause)) {
      // With a random share, so that the clients of a restarted daemon do not all come at once.
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
      if (this.ended) throw new PalimpsestError('CONNECTION_LOST', 'The client was closed.');
      try {
        return await this.open();
      } catch (error) {
        if (!(error instanceof PalimpsestError) || error.code !== 'CONNECTION_LOST') throw error;
      }
    }
  }

  private emit<E extends keyof ClientEvents>(event: E, params: ClientEvents[E]): void {
    for (const listener of this.listeners.get(event) ?? []) listener(params as never);
  }
}
