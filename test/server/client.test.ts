/** The typed client: pictures in frames, jobs that outlive a connection, cancellation. */

import { DaemonClient, hashPicture, PalimpsestError, pair, sentence } from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { DRAWN } from '../queue/pretendEngine.ts';
import { picture, type TestServer, testServer } from './harness.ts';

let server: TestServer;
let client: DaemonClient;
const connect = ({ url, token }: TestServer) =>
  DaemonClient.connect({ urls: [url], token, webSocket: WebSocket, maxPause: 100 });
beforeEach(async () => {
  server = await testServer();
  client = await connect(server);
});
afterEach(async () => {
  client.close();
  await server.close();
});

const drawing = { model: 'tiny', prompt: 'a cat' };
const progress = { stage: 'generate', step: 1, total: 5, secondsLeft: 4 } as const;

describe('pictures', () => {
  /** A PNG that does not compress, of about that many bytes. */
  async function large(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const small = new Uint8Array(await picture(100, 100));
    const whole = new Uint8Array(bytes);
    // What follows the end of a PNG is ignored, but is part of the file.
    for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(whole.subarray(at, at + 65_536));
    whole.set(small);
    return whole;
  }

  it('go there and come back as they are', async () => {
    const bytes = await large(5_000_001);
    const image = await client.putImage(bytes);
    expect(image).toBe(await hashPicture(bytes));
    expect(Buffer.compare(await client.getImage(image), bytes)).toBe(0);
    expect(await client.putImage(bytes)).toBe(image);
  });

  it('go as base64 too', async () => {
    const bytes = await picture(20, 30);
    const { image, width, height } = await client.call('images.put', { data: bytes.toString('base64') });
    expect([width, height]).toEqual([20, 30]);
    const { data, mediaType } = await client.call('images.get', { image });
    expect(mediaType).toBe('image/png');
    expect(data).toBe(bytes.toString('base64'));
  });

  it('are refused with the code of the daemon', async () => {
    await expect(client.putImage(new Uint8Array(100))).rejects.toMatchObject({ code: 'PICTURE_UNREADABLE' });
    await expect(client.getImage(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({
      code: 'IMAGE_UNKNOWN',
    });
  });

  it('wait for each other, however many there are and however large', async () => {
    const pictures = await Promise.all(
      [...Array<number>(12).fill(100_000), ...Array<number>(3).fill(23_000_000)].map((size, i) =>
        large(size + i),
      ),
    );
    const images = await Promise.all(pictures.map((bytes) => client.putImage(bytes)));
    const back = await Promise.all(images.map((image) => client.getImage(image)));
    expect(back.map(({ length }) => length)).toEqual(pictures.map(({ length }) => length));
  });

  it('can be given up while they wait', async () => {
    const controller = new AbortController();
    const bytes = await large(5_000_000);
    const others = Array.from({ length: 6 }, async (_, i) => client.putImage(await large(2_000_000 + i)));
    const waiting = client.putImage(bytes, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await Promise.all(others);
    await expect(client.getImage(await hashPicture(bytes))).rejects.toMatchObject({ code: 'IMAGE_UNKNOWN' });
  });

  it('stop on their way when told to', async () => {
    const controller = new AbortController();
    const put = client.putImage(await large(20_000_000), { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    await expect(put).rejects.toMatchObject({ name: 'AbortError' });
    await client.putImage(await large(1_000_000));
  });
});

describe('a job', () => {
  it('is followed to its end, with previews', async () => {
    const job = await client.submit('generate', drawing, { previews: true });
    expect(server.jobs.previews.get(job.id)).toBe(true);
    const png = await picture(16, 16);
    setTimeout(() => {
      server.jobs.move(job.id, { state: 'running', startedAt: 1 });
      server.jobs.progress(job.id, progress, png);
      setTimeout(() => server.jobs.move(job.id, { state: 'done', finishedAt: 2, result: DRAWN }), 50);
    }, 50);
    const seen: unknown[] = [];
    for await (const event of job) {
      if (event.type === 'state') seen.push(event.job.state);
      else if (event.type === 'progress') seen.push(event.progress);
      else expect(Buffer.compare(event.png, png)).toBe(0);
    }
    expect(seen).toEqual(['queued', 'running', progress, 'done']);
    expect(await job.finished()).toEqual(DRAWN);
    await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('fails with its own error', async () => {
    const job = await client.submit('generate', drawing);
    const { code, sentence: told } = new PalimpsestError(
      'PROMPT_TOO_LONG',
      sentence`Say ${{ words: 2 }} words less.`,
    );
    server.jobs.move(job.id, { state: 'failed', finishedAt: 1, error: { code, sentence: told } });
    await expect(job.finished()).rejects.toMatchObject({
      code,
      message: 'Say 2 words less.',
      facts: { words: 2 },
    });
  });

  it('is cancelled with its signal', async () => {
    const controller = new AbortController();
    const job = await client.submit('generate', drawing, { signal: controller.signal });
    controller.abort();
    await expect(job.finished()).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('is found again when the connection was lost', async () => {
    const job = await client.submit('generate', drawing);
    const finished = job.finished();
    const states: boolean[] = [];
    client.on('state', ({ connected }) => states.push(connected));
    await breakLine();
    expect(states).toEqual([false, true]);
    server.jobs.move(job.id, { state: 'done', finishedAt: 1, result: DRAWN });
    expect(await finished).toEqual(DRAWN);
  });

  async function breakLine(): Promise<void> {
    const back = new Promise<void>((resolve) => {
      client.on('state', ({ connected }) => connected && resolve());
    });
    const { connection } = await (
      client as unknown as { session: Promise<{ connection: { socket: WebSocket } }> }
    ).session;
    connection.socket.terminate();
    await back;
  }
});

describe('a client', () => {
  it('is told when there is no daemon', async () => {
    const nowhere = { urls: ['ws://127.0.0.1:9/rpc'], token: server.token, webSocket: WebSocket };
    await expect(DaemonClient.connect(nowhere)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('is told when its token is not good', async () => {
    const wrong = { ...server, token: '0'.repeat(64) };
    await expect(connect(wrong)).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  });

  it('does not come back when it is revoked', async () => {
    const { token, client: info } = await server.clients.grant('plugin', 'client');
    const plugin = await connect({ ...server, token });
    const over = new Promise<void>((resolve) => {
      plugin.on('state', () => resolve());
    });
    await client.call('clients.revoke', { id: info.id });
    await over;
    expect(plugin.closed).toBe(true);
    await expect(plugin.call('status', {})).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  });

  it('gets a token by pairing', async () => {
    const token = await pair(
      { urls: [server.url], webSocket: WebSocket, name: 'Photopea' },
      async () => server.pairings.at(-1)!.code,
    );
    const plugin = await connect({ ...server, token });
    expect((await client.call('clients.list', {})).clients.map(({ name }) => name)).toEqual(['Photopea']);
    plugin.close();
  });

  it('stops waiting when its signal says so', async () => {
    await expect(client.call('status', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
