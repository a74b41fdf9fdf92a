/** A server on any free port, with a queue that does what the test says, and raw clients for it. */

import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type JobProgress,
  type JobRequest,
  PalimpsestError,
  type PendingPairing,
  sentence,
} from '@palimpsest/protocol';
import pino from 'pino';
import sharp from 'sharp';
import { type ClientOptions, WebSocket } from 'ws';
import type { KeptJob } from '../../daemon/src/queue/keptJob.ts';
import type { Backend, Jobs } from '../../daemon/src/server/backend.ts';
import { Clients, ownerTokenFile } from '../../daemon/src/server/clients.ts';
import type { Timings } from '../../daemon/src/server/limits.ts';
import { openOwnedPictures } from '../../daemon/src/server/ownedPictures.ts';
import { type RunningServer, startServer } from '../../daemon/src/server/server.ts';
import type { BlobStoreOptions } from '../../daemon/src/store/blobStore.ts';
import { InversionList } from '../../daemon/src/store/inversionList.ts';
import { Ownership } from '../../daemon/src/store/ownership.ts';

/** A queue whose jobs stand still until the test moves them. */
export class FakeJobs implements Jobs {
  readonly records = new Map<string, KeptJob>();
  readonly previews = new Map<string, boolean>();
  private readonly events = new EventEmitter();

  async submit(request: JobRequest, { owner, priority }: Pick<KeptJob, 'owner' | 'priority'>) {
    const id = `job-${this.records.size + 1}`;
    return this.change({ id, owner, priority, request, state: 'queued', createdAt: Date.now() });
  }

  get = (id: string) => this.records.get(id);

  list = ({ owner }: { owner?: string } = {}) =>
    [...this.records.values()].filter((job) => owner === undefined || job.owner === owner).reverse();

  async cancel(id: string) {
    return this.move(id, { state: 'cancelled', finishedAt: Date.now() });
  }

  async cancelAllOf(owner: string) {
    for (const { id, state } of this.list({ owner }))
      if (state === 'queued' || state === 'running') await this.cancel(id);
  }

  wantPreview(id: string, wanted: boolean) {
    this.previews.set(id, wanted);
  }

  on: Jobs['on'] = (event, listener) => {
    this.events.on(event, listener as never);
  };

  move(id: string, change: Partial<KeptJob>): KeptJob {
    return this.change({ ...this.records.get(id)!, ...change });
  }

  progress(id: string, progress: JobProgress, png?: Uint8Array): void {
    const record = { ...this.records.get(id)!, progress };
    this.records.set(id, record);
    this.events.emit('progress', record, png && { png });
  }

  private change(record: KeptJob): KeptJob {
    this.records.set(record.id, record);
    this.events.emit('change', record);
    return record;
  }
}

export interface TestServer extends RunningServer {
  readonly url: string;
  readonly token: string;
  readonly clients: Clients;
  readonly jobs: FakeJobs;
  readonly backend: Backend;
  readonly pairings: (PendingPairing | null)[];
  /** Of its configuration and stores. */
  readonly folder: string;
  /** What went to the log, as text. */
  readonly logged: string[];
}

export async function testServer(
  timings: Partial<Timings> = {},
  port = 0,
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-server-')),
  room: Pick<BlobStoreOptions, 'maxBytes'> = {},
): Promise<TestServer> {
  const jobs = new FakeJobs();
  const models: Backend['models'] = {
    list: () => [{ name: 'tiny', place: { folder: '/models/tiny' } }],
    find: (name) => {
      if (name === 'tiny') return { folder: '/models/tiny' };
      throw new PalimpsestError(
        'MODEL_UNKNOWN',
        sentence`There is no model "${{ name }}". Installed are: ${{ installed: ['tiny'] }}.`,
      );
    },
  };
  const engine: Backend['engine'] = {
    status: () => ({ state: 'stopped', pid: null, models: [], rssBytes: 0, device: 'cpu' }),
    load: async () => {
      // What nobody has foreseen, with what must not get out.
      throw new Error('ENOENT: no such file, open /home/somebody/secret.safetensors');
    },
    unload: async () => {},
    attentionMaps: async () => [{ word: 'dog', png: await picture(16, 16) }],
  };
  const ownership = new Ownership(join(folder, 'owners'));
  const backend: Backend = {
    jobs,
    blobs: openOwnedPictures(join(folder, 'blobs'), ownership, room),
    inversions: new InversionList(join(folder, 'inversions')),
    ownership,
    engine,
    models,
  };
  const clients = Clients.open(join(folder, 'config'));
  const logged: string[] = [];
  const pairings: (PendingPairing | null)[] = [];
  const server = await startServer({
    backend,
    clients,
    log: pino({ level: 'debug' }, { write: (line: string) => logged.push(line) }),
    version: '0.0.0',
    ports: [port],
    timings,
    onPairing: (pending) => pairings.push(pending),
  });
  return {
    ...server,
    url: `ws://127.0.0.1:${server.port}/rpc`,
    token: readFileSync(ownerTokenFile(join(folder, 'config')), 'utf8').trim(),
    clients,
    jobs,
    backend,
    folder,
    pairings,
    logged,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Answer {
  readonly id: string | number | null;
  readonly result?: never;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: Record<string, unknown>;
  };
}

/** A client that knows nothing of the protocol and can send anything. */
export class RawClient {
  readonly received: (Buffer | string)[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  private readonly waiting: { resolve(message: Buffer | string): void; reject(error: Error): void }[] = [];
  private nextId = 1;

  readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;

    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        for (const { reject } of this.waiting) reject(new Error(`closed with ${code} ${reason}`));
      });
    });
    socket.on('error', () => {});
    socket.on('message', (data: Buffer, isBinary) => {
      const message = isBinary ? data : data.toString();
      const next = this.waiting.shift();
      if (next === undefined) this.received.push(message);
      else next.resolve(message);
    });
  }

  /** @returns the HTTP status where the connection is refused. */
  static async open(url: string, options: ClientOptions = {}): Promise<RawClient | number> {
    const socket = new WebSocket(url, options);
    const client = new RawClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.once('unexpected-response', (request, response) => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      });
      socket.once('error', reject);
    });
  }

  /** Opens and says hello. */
  static async greet({ url, token }: { url: string; token: string }): Promise<RawClient> {
    const client = await RawClient.open(url);
    if (typeof client === 'number') throw new Error(`refused with ${client}`);
    await client.call('hello', { token, protocol: 1 });
    return client;
  }

  /** The next message that nobody has read. */
  next(): Promise<Buffer | string> {
    const first = this.received.shift();
    if (first === undefined && this.socket.readyState === WebSocket.CLOSED)
      return Promise.reject(new Error('closed'));
    return first !== undefined
      ? Promise.resolve(first)
      : new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** Sends as it is, and reads one answer as JSON. */
  async ask(text: string): Promise<Answer> {
    this.socket.send(text);
    return JSON.parse(String(await this.next()));
  }

  async call(method: string, params: unknown = {}): Promise<Answer> {
    const id = this.nextId++;
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    for (;;) {
      const message = await this.next();
      if (typeof message !== 'string') continue;
      const answer: Answer = JSON.parse(message);
      if (answer.id === id) return answer;
    }
  }
}

/** A PNG of one colour. */
export async function picture(width: number, height: number): Promise<Buffer<ArrayBuffer>> {
  const png = await sharp({
    create: { width, height, channels: 3, background: 'red' },
    limitInputPixels: false,
  })
    .png({ palette: true, compressionLevel: 9 })
    .toBuffer();
  return Buffer.from(png);
}
