/** A script that knows nothing but openrpc.json inverts, edits three times, and gets three pictures. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { GOLDEN } from '../golden.ts';
import { type StartedDaemon, somePort, startDaemon } from './daemon.ts';

let daemon: StartedDaemon;
beforeAll(async () => {
  daemon = await startDaemon(somePort());
});
afterAll(() => daemon.stop());

interface Document {
  readonly servers: readonly { url: string }[];
  readonly methods: readonly { name: string; params: readonly { name: string; required: boolean }[] }[];
}

/** What the document says of the results that are used here. */
interface Answer {
  readonly image: string;
  readonly data: string;
  readonly job: { id: string; state: string; result: Record<string, unknown>; error: unknown };
  readonly words: readonly { word: string }[];
  readonly inversions: readonly unknown[];
}

it('inverts once, and edits three times', async () => {
  const found = await fetch(`http://127.0.0.1:${daemon.port}/openrpc.json`);
  const document = (await found.json()) as Document;
  // Whatever port the daemon has, the document names it and no other.
  expect(document.servers.map(({ url }) => url)).toEqual([`ws://127.0.0.1:${daemon.port}/rpc`]);
  const socket = new WebSocket(document.servers[0]!.url);
  await new Promise((resolve) => socket.on('open', resolve));
  let id = 0;
  const call = (method: string, params: Record<string, unknown>): Promise<Answer> => {
    const described = document.methods.find(({ name }) => name === method)!;
    for (const { name, required } of described.params) if (required) expect(params).toHaveProperty(name);
    const own = ++id;
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: own, method, params }));
    return new Promise((resolve, reject) => {
      const listen = (data: Buffer) => {
        const { id: answered, result, error } = JSON.parse(data.toString());
        if (answered !== own) return;
        socket.off('message', listen);
        if (error === undefined) resolve(result);
        else reject(new Error(error.message));
      };
      socket.on('message', listen);
    });
  };
  const finished = async (submitted: Answer): Promise<Record<string, unknown>> => {
    for (;;) {
      const { job } = await call('jobs.get', { id: submitted.job.id });
      if (job.state === 'done') return job.result;
      if (job.state !== 'queued' && job.state !== 'running') throw new Error(JSON.stringify(job.error));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  await call('hello', { token: daemon.token, protocol: 1 });
  expect(await call('rpc.discover', {})).toEqual(document);
  const data = readFileSync(join(GOLDEN, 'image.png')).toString('base64');
  const { image } = await call('images.put', { data });
  const inversion = { steps: 3, innerSteps: 2 };
  const words = { model: 'modelA', image, source: 'a dog on a carpet', inversion };
  const edits = [
    await call('edits.replace', { ...words, target: 'a tiger on a carpet' }),
    await call('edits.refine', { ...words, target: 'a big dog on a red carpet' }),
    await call('edits.reweight', { ...words, weights: [{ word: 'dog', weight: 2 }] }),
  ];
  const results = [];
  for (const edit of edits) results.push(await finished(edit));

  expect(results.map(({ reused }) => reused)).toEqual([false, true, true]);
  expect(new Set(results.map((result) => result.image)).size).toBe(3);
  for (const result of results) {
    const picture = await call('images.get', { image: result.image });
    const { format, width, height } = await sharp(Buffer.from(picture.data, 'base64')).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', width: 128, height: 128 });
  }
  const attention = await call('inversions.attention', {
    model: 'modelA',
    image,
    prompt: words.source,
    options: inversion,
  });
  expect(attention.words.map(({ word }) => word)).toContain('dog');
  const { inversions } = await call('inversions.list', {});
  expect(inversions).toHaveLength(1);
  socket.close();
});
