/** What one client may cost the daemon: memory, transfers, frames. */

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BlobHash,
  DaemonClient,
  decodeFrame,
  encodeFrame,
  type Frame,
  GenerateOptions,
  hashPicture,
  MAX_TRANSFER_BYTES,
} from '@palimpsest/protocol';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Budget } from '../../daemon/src/server/budget.ts';
import { BlobReader } from '../../daemon/src/store/blobReader.ts';
import { picture, RawClient, type TestServer, testServer } from './harness.ts';

let server: TestServer;
let read: number;
const { next } = BlobReader.prototype;
beforeEach(async () => {
  server = await testServer();
  read = 0;
  BlobReader.prototype.next = async function (most) {
    const bytes = await next.call(this, most);
    read += bytes?.length ?? 0;
    return bytes;
  };
});
afterEach(async () => {
  vi.restoreAllMocks();
  BlobReader.prototype.next = next;
  await server.close();
});

/** However slow the machine is, no time passes for rates. */
const stopClock = () => {
  const now = Date.now();
  vi.spyOn(Date, 'now').mockReturnValue(now);
};

const image: BlobHash = `sha256:${'ab'.repeat(32)}`;
const noise = (side: number) =>
  sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
/** A client whose these pictures are. */
const paired = async (name: string, ...pictures: BlobHash[]) => {
  const { token, client } = await server.clients.grant(name, 'client');
  for (const one of pictures) server.backend.ownership.claim(client.id, `picture-${one.slice(7)}`);
  return { token, client: await RawClient.greet({ ...server, token }) };
};
const sendFrame = (client: RawClient, frame: Frame) => client.socket.send(encodeFrame(frame));
const nextFrame = async (client: RawClient) => decodeFrame((await client.next()) as Buffer);
const codeOf = (frame: Frame) => frame.type === 'fail' && (frame.error.data as { code: string }).code;

const LONG = new Uint8Array(1_000_000);
const LONG_ERROR = { code: 1, message: 'x'.repeat(1_000_000) };

it('a picture that is too large for a message is refused before it is read', async () => {
  const large = await server.backend.blobs.put(await noise(600));
  const { client } = await paired('greedy', large);
  for (let i = 0; i < 20; i++) {
    const { error } = await client.call('images.get', { image: large });
    expect(error?.data?.code).toBe('PICTURE_TOO_LARGE');
  }
  expect(read).toBe(0);
});

it('a picture is read no further than its client acknowledges', async () => {
  const bytes = await noise(1000);
  const large = await server.backend.blobs.put(bytes);
  const { client } = await paired('unread', large);
  sendFrame(client, { type: 'get', transfer: 1, image: large });
  expect(await nextFrame(client)).toMatchObject({ type: 'open', total: bytes.length });
  for (let chunks = 0; chunks < 4; chunks++) expect((await nextFrame(client)).type).toBe('chunk');
  await client.call('status');
  expect(read).toBe(2 ** 20);
  sendFrame(client, { type: 'ack', transfer: 1, received: 2 ** 20 + 1 });
  expect(codeOf(await nextFrame(client))).toBe('TRANSFER_FAILED');
  expect(read).toBe(2 ** 20);
});

it('a damaged picture counts as none', async () => {
  const bytes = await noise(300);
  const hash = await server.backend.blobs.put(bytes);
  writeFileSync(join(server.folder, 'blobs', hash.slice(7)), bytes.fill(0, 1000, 1010));
  const { client } = await paired('plugin', hash);
  sendFrame(client, { type: 'get', transfer: 1, image: hash });
  let frame = await nextFrame(client);
  while (frame.type !== 'fail') frame = await nextFrame(client);
  expect(codeOf(frame)).toBe('IMAGE_UNKNOWN');
  expect((await client.call('images.get', { image: hash })).error?.data?.code).toBe('IMAGE_UNKNOWN');
});

it('frames that bring a transfer nothing are refused beyond a rate', async () => {
  stopClock();
  const { client } = await paired('flood');
  sendFrame(client, { type: 'open', transfer: 1, total: 1000, image });
  await nextFrame(client);
  for (let i = 0; i < 3000; i++) sendFrame(client, { type: 'ack', transfer: 1, received: 0 });
  expect(codeOf(await nextFrame(client))).toBe('RATE_LIMITED');
});

it.each<[string, (client: RawClient) => void]>([
  ['empty pongs', ({ socket }) => socket.pong()],
  ['empty pings', ({ socket }) => socket.ping()],
  ['errors of a megabyte', (client) => sendFrame(client, { type: 'fail', transfer: 1, error: LONG_ERROR })],
  ['previews', (client) => sendFrame(client, { type: 'preview', transfer: 0, job: 'x', png: LONG })],
])('who goes on sending %s is closed', async (_, send) => {
  stopClock();
  const { client } = await paired('flood');
  for (let i = 0; i < 300; i++) send(client);
  // Pings that come faster than they are answered end the socket before they are too many.
  expect([4429, 1006]).toContain((await client.closed).code);
  expect(client.received.map((frame) => codeOf(decodeFrame(frame as Buffer)))).not.toContain(false);
});

it('transfers of one client leave room for those of others, over however many connections', async () => {
  const { client, token } = await paired('slow');
  const more = await Promise.all(Array.from({ length: 3 }, () => RawClient.greet({ ...server, token })));
  const opened = await Promise.all(
    [client, ...more].map((connection) => {
      sendFrame(connection, { type: 'open', transfer: 1, total: MAX_TRANSFER_BYTES, image });
      return nextFrame(connection);
    }),
  );
  expect(opened.map(codeOf)).toEqual([false, false, 'RATE_LIMITED', 'RATE_LIMITED']);
  const { client: other } = await paired('other');
  sendFrame(other, { type: 'open', transfer: 1, total: MAX_TRANSFER_BYTES, image });
  expect(await nextFrame(other)).toMatchObject({ type: 'ack', received: 0 });
});

it('transfers of two clients leave room for those of a third, and of the owner', async () => {
  for (const name of ['slow', 'slower']) {
    const { client, token } = await paired(name);
    for (const connection of [client, await RawClient.greet({ ...server, token })]) {
      sendFrame(connection, { type: 'open', transfer: 1, total: MAX_TRANSFER_BYTES, image });
      expect(await nextFrame(connection)).toMatchObject({ type: 'ack' });
    }
  }
  const { client } = await paired('third');
  for (const connection of [client, await RawClient.greet(server)]) {
    sendFrame(connection, { type: 'open', transfer: 1, total: 2 ** 25, image });
    expect(await nextFrame(connection)).toMatchObject({ type: 'ack', received: 0 });
  }
});

it('answers of one client are bounded, however few requests they take', async () => {
  stopClock();
  const { client } = await paired('reader');
  const { id: owner } = server.clients.list().at(-1)!;
  const options = GenerateOptions.parse({});
  const request = { kind: 'generate' as const, model: 'tiny', prompt: 'a'.repeat(1900), options };
  for (let i = 0; i < 200; i++) await server.jobs.submit(request, { owner, priority: 'batch' });
  const list = () => client.call('jobs.list', { limit: 200 });
  expect((await list()).error).toBeUndefined();
  let code: unknown;
  for (let i = 0; i < 100 && code === undefined; i++) code = (await list()).error?.data?.code;
  expect(code).toBe('RATE_LIMITED');
  const { client: other } = await paired('other');
  expect((await other.call('status')).error).toBeUndefined();
});

it('what only reads is not done where there is no answer', async () => {
  const list = vi.spyOn(server.backend.inversions, 'list');
  const { client } = await paired('silent');
  client.socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'inversions.list', params: {} }));
  await client.call('status');
  expect(list).not.toHaveBeenCalled();
  await client.call('inversions.list', {});
  expect(list).toHaveBeenCalled();
});

it('a client waits for room that its other connections have', async () => {
  const { client, token } = await paired('many');
  const holders = [client, await RawClient.greet({ ...server, token })];
  for (const holder of holders) {
    sendFrame(holder, { type: 'open', transfer: 1, total: MAX_TRANSFER_BYTES, image });
    await nextFrame(holder);
  }
  const patient = await DaemonClient.connect({ urls: [server.url], token, webSocket: WebSocket });
  const refused = new Promise((resolve) => {
    const { take } = Budget.prototype;
    Budget.prototype.take = function (bytes) {
      try {
        take.call(this, bytes);
      } catch (error) {
        Budget.prototype.take = take;
        resolve(error);
        throw error;
      }
    };
  });
  const put = patient.putImage(new Uint8Array(await picture(64, 64)));
  expect(await refused).toMatchObject({ code: 'RATE_LIMITED' });
  for (const holder of holders) holder.socket.terminate();
  expect(await put).toMatch(/^sha256:/);
  patient.close();
});

it('a picture that was given up is in the share of its client until it is out of memory', async () => {
  const { put } = server.backend.blobs;
  let finish = () => {};
  server.backend.blobs.put = async (bytes) => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return put.call(server.backend.blobs, bytes);
  };
  const { client } = await paired('fickle');
  const small = new Uint8Array(await picture(64, 64));
  sendFrame(client, { type: 'open', transfer: 1, total: small.length, image: await hashPicture(small) });
  await nextFrame(client);
  sendFrame(client, { type: 'chunk', transfer: 1, offset: 0, bytes: small });
  while (finish.toString() === '() => {}') await new Promise((resolve) => setImmediate(resolve));
  sendFrame(client, { type: 'fail', transfer: 1, error: { code: 0, message: 'given up' } });
  sendFrame(client, { type: 'open', transfer: 2, total: MAX_TRANSFER_BYTES, image });
  expect(codeOf(await nextFrame(client))).toBe('RATE_LIMITED');
  finish();
  await client.call('status');
  sendFrame(client, { type: 'open', transfer: 3, total: MAX_TRANSFER_BYTES - small.length, image });
  expect(await nextFrame(client)).toMatchObject({ type: 'ack', transfer: 3 });
});

it('transfers that are begun again and again are refused, and then the connection is closed', async () => {
  stopClock();
  const { client } = await paired('flood');
  for (let i = 0; i < 3000; i++) sendFrame(client, { type: 'open', transfer: 1, total: 0, image });
  expect((await client.closed).code).toBe(4429);
});

it('a picture that comes byte by byte is refused', async () => {
  stopClock();
  const { client } = await paired('drip');
  sendFrame(client, { type: 'open', transfer: 1, total: 10_000, image });
  for (let offset = 0; offset < 5000; offset++) {
    sendFrame(client, { type: 'chunk', transfer: 1, offset, bytes: new Uint8Array(1) });
  }
  expect((await client.closed).code).toBe(4429);
});

it('a picture that takes for ever is given up, though it never stands still', async () => {
  const quick = await testServer({ transfer: 300 });
  const client = await RawClient.greet(quick);
  sendFrame(client, { type: 'open', transfer: 1, total: 2 ** 15, image });
  let offset = 0;
  const drip = setInterval(() => {
    sendFrame(client, { type: 'chunk', transfer: 1, offset, bytes: new Uint8Array(1) });
    offset++;
  }, 20);
  let frame = await nextFrame(client);
  while (frame.type !== 'fail') frame = await nextFrame(client);
  clearInterval(drip);
  expect(codeOf(frame)).toBe('TRANSFER_FAILED');
  await quick.close();
});

it('attention maps of one client wait for each other, and those of another come in between', async () => {
  const order: string[] = [];
  const goOn: (() => void)[] = [];
  server.backend.engine.attentionMaps = async ({ prompt }) => {
    order.push(prompt);
    await new Promise<void>((resolve) => goOn.push(resolve));
    return [];
  };
  const { client } = await paired('greedy', image);
  const { client: other } = await paired('other', image);
  const params = (prompt: string) => ({ model: 'tiny', image, prompt });
  const tell = (from: RawClient, prompt: string) =>
    from.socket.send(
      JSON.stringify({ jsonrpc: '2.0', method: 'inversions.attention', params: params(prompt) }),
    );
  for (let i = 0; i < 60; i++) tell(client, 'flood');
  // What is one too many is refused, also of what nobody waits for.
  const refused = await client.call('inversions.attention', params('one too many'));
  expect(refused.error?.data?.code).toBe('RATE_LIMITED');
  tell(other, 'other');
  await other.call('status');
  expect(order).toEqual(['flood']);
  for (let i = 0; i < 10; i++) {
    while (goOn[i] === undefined) await new Promise((resolve) => setImmediate(resolve));
    goOn[i]!();
  }
  expect(order).toEqual(['flood', 'flood', 'other', ...Array(7).fill('flood')]);
});

it('pictures of waiting jobs leave room for those of other clients', async () => {
  const pictures = await Promise.all(
    [100, 101, 102].map(async (side) => server.backend.blobs.put(await picture(side, side))),
  );
  const { client } = await paired('hoarder', ...pictures);
  const { client: other } = await paired('other', ...pictures);
  const { size } = server.backend.blobs;
  // As if each had 100 MiB.
  server.backend.blobs.size = async (hashes) =>
    hashes === undefined ? size.call(server.backend.blobs) : hashes.size * 100 * 2 ** 20;
  const submit = (from: RawClient, one: number) =>
    from.call('inversions.create', { model: 'tiny', image: pictures[one], prompt: 'a dog' });
  const codes = [];
  for (const one of [0, 1, 0, 2]) codes.push((await submit(client, one)).error?.data?.code);
  expect(codes).toEqual([undefined, undefined, undefined, 'QUEUE_FULL']);
  expect((await submit(other, 2)).error).toBeUndefined();
});

it('text beyond a share is refused unread', async () => {
  stopClock();
  const { client } = await paired('talker');
  const other = await paired('other');
  const long = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'status',
    params: { a: 'x'.repeat(1_000_000) },
  });
  for (let i = 0; i < 100; i++) client.socket.send(long);
  const answers = [];
  while (!answers.at(-1)?.includes('RATE_LIMITED')) answers.push(String(await client.next()));
  expect(answers.length).toBeGreaterThan(60);
  expect(JSON.parse(answers.at(-1)!)).toMatchObject({ id: null, error: { data: { code: 'RATE_LIMITED' } } });
  expect((await other.client.call('status')).error).toBeUndefined();
});

it('notifications count as work, however little is said of them', async () => {
  let goOn = () => {};
  const going = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { client } = await paired('notifier');
  const { id: owner } = server.clients.list().at(-1)!;
  const options = GenerateOptions.parse({});
  const request = { kind: 'generate' as const, model: 'tiny', prompt: 'a dog', options };
  const { id } = await server.jobs.submit(request, { owner, priority: 'batch' });
  const { cancel } = server.jobs;
  server.jobs.cancel = async (job) => {
    await going;
    return cancel.call(server.jobs, job);
  };
  for (let i = 0; i < 190; i++) {
    client.socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'jobs.cancel', params: { id } }));
  }
  expect((await client.call('status')).error?.data?.code).toBe('RATE_LIMITED');
  goOn();
});
