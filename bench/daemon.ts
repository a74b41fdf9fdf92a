/**
 * @file `tsx bench/daemon.ts [MODEL_FOLDER] [--only start|overhead|crowd|instant]`: how quickly the daemon starts, what it costs
 * beside its engine, whether crowds leave its memory as it was, and how long a person waits for a quick edit
 * (docs/performance.md). Without a folder, on the golden model; instant edits always on the demo model. All of it over
 * real sockets; start, crowd and instant against a daemon in a process of its own.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DaemonClient } from '@palimpsest/protocol';
import pino from 'pino';
import { WebSocket } from 'ws';
import { ModelRegistry } from '../daemon/src/catalog/modelRegistry.ts';
import { EngineSupervisor } from '../daemon/src/engine/supervisor.ts';
import { JobQueue } from '../daemon/src/queue/jobQueue.ts';
import type { JobRunner } from '../daemon/src/queue/jobQueueOptions.ts';
import { Clients, ownerTokenFile } from '../daemon/src/server/clients.ts';
import { startServer } from '../daemon/src/server/server.ts';
import { BlobStore } from '../daemon/src/store/blobStore.ts';
import { InversionList } from '../daemon/src/store/inversionList.ts';
import { Ownership } from '../daemon/src/store/ownership.ts';
import { Crowd, type DaemonMemory, inOrder } from '../test/server/crowd.ts';
import { somePort, startDaemon } from '../test/server/daemon.ts';
import { instantEdits } from './instant.ts';
import { goldenModel } from './models.ts';

const STARTS = 5;
const EDITS = 20;
const STEPS = 30;
const CLIENTS = 50;
const EACH = 10;
const CROWDS = 5;

const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
const folder = resolve(positionals[0] ?? goldenModel().folder);
const model = basename(folder);
const picture = new Uint8Array(readFileSync(join(import.meta.dirname, '../test/golden/A/image512.png')));

const words = { model, source: 'a dog on a carpet' };
const inversion = (steps: number) => ({ method: 'ddim' as const, steps });
const target = (i: number) => (i % 2 === 0 ? 'a tiger on a carpet' : 'a cat on a carpet');

/** From the command to the line that says where to go, in ms. */
async function starts(): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const begun = performance.now();
    const daemon = await startDaemon(somePort(), { PALIMPSEST_MODELS: folder });
    times.push(performance.now() - begun);
    await daemon.stop();
  }
  return times.sort((a, b) => a - b);
}

interface Overhead {
  /** Of one edit, in ms. */
  readonly total: number;
  readonly outside: number;
  /** Of the daemon's process, client and all, in ms of one edit. */
  readonly processor: number;
}

/** One client edits again and again; the server is in this process, so that the time in the engine can be told apart. */
async function overhead(): Promise<Overhead> {
  const root = mkdtempSync(join(tmpdir(), 'palimpsest-bench-'));
  const at = (name: string) => join(root, name);
  const blobs = new BlobStore(at('blobs'));
  const models = new ModelRegistry({ models: { [model]: { folder } } });
  const places = {
    graphs: at('graphs'),
    merged: at('merged'),
    inversions: at('inversions'),
    blobs: at('blobs'),
  };
  const engine = new EngineSupervisor(models, places);
  let inEngine = 0;
  const runner: JobRunner = {
    run: async (request, options) => {
      const begun = performance.now();
      try {
        return await engine.run(request, options);
      } finally {
        inEngine += performance.now() - begun;
      }
    },
  };
  const jobs = await JobQueue.open({ folder: at('jobs'), runner, blobs });
  const inversions = new InversionList(places.inversions);
  const clients = Clients.open(at('config'));
  const server = await startServer({
    backend: { jobs, blobs, engine, models, inversions, ownership: new Ownership(at('owners')) },
    clients,
    log: pino({ level: 'silent' }),
    version: 'bench',
    ports: [0],
  });
  const client = await DaemonClient.connect({
    urls: [`ws://127.0.0.1:${server.port}/rpc`],
    token: readFileSync(ownerTokenFile(at('config')), 'utf8').trim(),
    webSocket: WebSocket,
  });
  /** Picture in, job, picture out. */
  const edit = async (i: number) => {
    const image = await client.putImage(picture);
    const params = { ...words, image, target: target(i), inversion: inversion(STEPS) };
    const { image: edited } = await (await client.submit('edits.create', params)).finished();
    await client.getImage(edited!);
  };

  await edit(0);
  inEngine = 0;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let i = 1; i <= EDITS; i++) await edit(i);
  const total = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  client.close();
  await server.close();
  await jobs.close();
  await engine.close();
  rmSync(root, { recursive: true });
  return {
    total: total / EDITS,
    outside: (total - inEngine) / EDITS,
    processor: (user + system) / 1000 / EDITS,
  };
}

interface CrowdResult {
  readonly seconds: number;
  readonly ordered: boolean;
  readonly memory: DaemonMemory;
}

/** Many clients with many short edits each, again and again. */
async function* crowds(): AsyncGenerator<CrowdResult> {
  const daemon = await startDaemon(somePort(), { PALIMPSEST_MODELS: folder });
  try {
    const crowd = await Crowd.connect(daemon, CLIENTS);
    const image = await crowd.put(picture);
    for (let i = 0; i < CROWDS; i++) {
      const begun = performance.now();
      const jobs = await crowd.run(EACH, (client, which) =>
        client.submit('edits.create', { ...words, image, target: target(which), inversion: inversion(1) }),
      );
      const seconds = (performance.now() - begun) / 1000;
      yield { seconds, ordered: inOrder(jobs), memory: await crowd.memory() };
    }
    crowd.close();
  } finally {
    await daemon.stop();
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const PARTS = {
  start: async () => {
    const times = await starts();
    console.log(`start of the daemon: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  },
  overhead: async () => {
    const { total, outside, processor } = await overhead();
    console.log(
      `edit of ${STEPS} steps: ${total.toFixed(0)} ms, of which ${outside.toFixed(1)} ms outside the engine (${((100 * outside) / total).toFixed(2)} %); processor time of daemon and client ${processor.toFixed(1)} ms`,
    );
  },
  crowd: async () => {
    for await (const { seconds, ordered, memory } of crowds()) {
      console.log(
        `${CLIENTS * EACH} jobs of ${CLIENTS} clients: ${seconds.toFixed(0)} s, ${ordered ? 'in order' : 'NOT in order'}; then the daemon has ${megabytes(memory.daemon)}, the engine ${megabytes(memory.engine)}`,
      );
    }
  },
  instant: async () => {
    for await (const { what, side, seconds } of instantEdits()) {
      console.log(`${what}, a layer of ${side} pixels: ${seconds.toFixed(1)} s from click to placed layer`);
    }
  },
};

for (const [name, measure] of Object.entries(PARTS)) {
  if (values.only !== undefined && values.only !== name) continue;
  await measure();
  console.log(`load average ${loadavg()[0]!.toFixed(1)}`);
}
