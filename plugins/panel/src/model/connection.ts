/** @file Finding the daemon, being let in, and staying connected. */

import {
  type Address,
  addressOf,
  DaemonClient,
  type ModelInfo,
  PairingRequest,
  PalimpsestError,
} from '@palimpsest/protocol';
import { type EditorHost, sentenceOf } from '@palimpsest/sdk';
import { signal } from '@preact/signals';
import { connectionsAreBlocked } from './blocked.ts';

/** How the panel stands with the daemon. `looking` is short; the others have words of their own. */
export type ConnectionState =
  | { readonly name: 'looking' | 'notFound' | 'blocked' | 'unpaired' | 'waiting' | 'reconnecting' }
  | { readonly name: 'pairing'; readonly expiresAt: number; readonly mistake: string | null }
  | { readonly name: 'connected'; readonly client: DaemonClient };

const TOKEN = 'token';
/** Between two looks for a daemon that is not there. */
const PAUSE = 3000;

export class ConnectionModel {
  readonly state = signal<ConnectionState>({ name: 'looking' });
  readonly models = signal<readonly ModelInfo[]>([]);
  /** Why the last try to pair failed. */
  readonly problem = signal<string | null>(null);
  private client: DaemonClient | null = null;
  private request: PairingRequest | null = null;
  /** Gives up the request that is being made. */
  private asking = new AbortController();
  /** One that the person has given up. */
  private lastRequest: PairingRequest | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  private readonly host: EditorHost;
  private readonly address: Address;
  private readonly onConnected: (client: DaemonClient) => void;

  constructor(host: EditorHost, address: Address, onConnected: (client: DaemonClient) => void = () => {}) {
    this.host = host;
    this.address = address;
    this.onConnected = onConnected;
  }

  /** Looks for the daemon now; when there is none, again and again. */
  async look(): Promise<void> {
    clearTimeout(this.timer);
    const token = await this.host.readSetting(TOKEN);
    try {
      if (token !== null) await this.greet(token);
      else if (await this.answers()) this.state.value = { name: 'unpaired' };
      else await this.missing();
    } catch (error) {
      if (!(error instanceof PalimpsestError)) throw error;
      if (error.code === 'CONNECTION_LOST') return this.missing();
      this.problem.value = sentenceOf(error);
      // The token is kept until there is another: who says so may be a program that has the daemon's place.
      if (error.code === 'NOT_AUTHORISED' || error.code === 'DAEMON_UNPROVEN') {
        this.state.value = { name: 'unpaired' };
      }
    }
  }

  /** Asks to be let in: the daemon shows a code, when it is this panel's turn. */
  async ask(): Promise<void> {
    this.problem.value = null;
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const onWaiting = () => {
      this.state.value = { name: 'waiting' };
    };
    try {
      // The daemon has one pairing at a time.
      await this.lastRequest?.over;
      const name = `Palimpsest in ${this.host.editor}`;
      const request = await PairingRequest.open({ ...this.address, name, onWaiting, signal });
      if (signal.aborted) return request.close();
      this.request = request;
      void request.over.then((reason) => this.startOver(request, reason));
      const expiresAt = Date.now() + request.secondsLeft * 1000;
      this.state.value = { name: 'pairing', expiresAt, mistake: null };
    } catch (error) {
      if (signal.aborted) return;
      if (isLost(error)) return this.look();
      this.problem.value = sentenceOf(error);
      this.state.value = { name: 'unpaired' };
    }
  }

  /** Tries the code that the person has typed. */
  async confirm(code: string): Promise<void> {
    const { request } = this;
    const state = this.state.value;
    if (request === null || state.name !== 'pairing') return;
    try {
      const token = await request.confirm(code);
      this.request = null;
      await this.host.writeSetting(TOKEN, token);
      await this.look();
    } catch (error) {
      if (isLost(error)) return this.startOver(request, error);
      // Where the token cannot be kept, the pairing is over all the same.
      if (this.request === null) {
        this.problem.value = sentenceOf(error);
        this.state.value = { name: 'unpaired' };
      } else this.state.value = { ...state, mistake: sentenceOf(error) };
    }
  }

  /** Goes back to before `ask`. */
  giveUp(): void {
    this.asking.abort();
    this.request?.close();
    this.lastRequest = this.request;
    this.request = null;
    this.state.value = { name: 'unpaired' };
  }

  close(): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.asking.abort();
    this.request?.close();
    this.client?.close();
  }

  /** The daemon has stopped, the code has expired, or others had to have their turn. */
  private async startOver(request: PairingRequest, reason: PalimpsestError): Promise<void> {
    if (this.request !== request || this.ended) return;
    this.request = null;
    if (reason.code !== 'CONNECTION_LOST')
      this.problem.value = `${reason.message} Connect once more for a new code.`;
    await this.look();
  }

  private async greet(token: string): Promise<void> {
    const client = await DaemonClient.connect({ ...this.address, token });
    if (this.ended) return client.close();
    this.client = client;
    client.on('state', ({ connected }) => {
      if (connected) void this.welcome(client);
      else if (!client.closed) this.state.value = { name: 'reconnecting' };
      // Closed for good, though not by us: the token was taken back.
      else if (!this.ended) void this.look();
    });
    this.onConnected(client);
    await this.welcome(client);
  }

  private async welcome(client: DaemonClient): Promise<void> {
    this.models.value = (await client.call('models.list', {})).models;
    this.problem.value = null;
    this.state.value = { name: 'connected', client };
  }

  private async missing(): Promise<void> {
    this.state.value = { name: (await connectionsAreBlocked()) ? 'blocked' : 'notFound' };
    if (!this.ended) this.timer = setTimeout(() => void this.look(), PAUSE);
  }

  /** Whether a daemon answers at all. A fetch, since browsers ask for permission rather for that than for a socket. */
  private async answers(): Promise<boolean> {
    for (const url of addressOf(this.address).urls) {
      const health = new URL('/health', url.replace(/^ws/, 'http'));
      const found = await fetch(health).then(
        ({ ok }) => ok,
        () => false,
      );
      if (found) return true;
    }
    return false;
  }
}

/** Whether the connection was closed from the other side. */
const isLost = (error: unknown): error is PalimpsestError =>
  error instanceof PalimpsestError && (error.code === 'CONNECTION_LOST' || error.code === 'NOT_AUTHORISED');
