/** Ten thousand random and mutated messages: no answer is wrong in form, memory stays bounded, and good requests are answered. */

import { encodeFrame, METHODS } from '@palimpsest/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RawClient, type TestServer, testServer } from './harness.ts';

const MESSAGES = 10_000;
const AT_ONCE = 50;

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

const image = `sha256:${'0'.repeat(64)}`;
const names = fc.constantFrom(...Object.keys(METHODS), 'rpc.discover', '__proto__', 'constructor');
const nearlyGood = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 9, arbitrary: fc.constant('2.0') }, fc.jsonValue()),
    id: fc.oneof({ weight: 9, arbitrary: fc.nat() }, fc.jsonValue()),
    method: fc.oneof({ weight: 9, arbitrary: names }, fc.jsonValue()),
    params: fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('model', 'image', 'id', 'token', 'edit', '__proto__'), fc.jsonValue()),
    ),
  },
  { requiredKeys: ['method'] },
);
const mutated = fc.tuple(nearlyGood, fc.nat(), fc.string({ maxLength: 5 })).map(([value, at, text]) => {
  const json = JSON.stringify(value);
  const place = at % json.length;
  return json.slice(0, place) + text + json.slice(place + 1);
});
const frame = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 60 }))
  .map(([type, body]) => Uint8Array.of(type, ...body));
const almostFrame = fc.tuple(fc.nat(3), fc.nat(), fc.nat(255)).map(([transfer, at, byte]) => {
  const bytes = encodeFrame({ type: 'open', transfer, total: 100, image });
  bytes[at % bytes.length] = byte;
  return bytes;
});
const message = fc.oneof(
  nearlyGood.map((value) => JSON.stringify(value)),
  fc.array(nearlyGood, { maxLength: 18 }).map((value) => JSON.stringify(value)),
  mutated,
  fc.json(),
  fc.string(),
  frame,
  almostFrame,
);

it('survives them', async () => {
  const messages = fc.sample(message, { numRuns: MESSAGES, seed: 4 });
  let client = await RawClient.greet(server);
  const before = process.memoryUsage.rss();
  for (let i = 0; i < MESSAGES; i += AT_ONCE) {
    // Too many refusals close a connection, and the owner's own rate is not what is tried here.
    const { token } = await server.clients.grant(`fuzz`, 'client');
    const fuzzer = await RawClient.greet({ ...server, token });
    for (const each of messages.slice(i, i + AT_ONCE)) fuzzer.socket.send(each);
    await Promise.race([fuzzer.call('models.list'), fuzzer.closed]).catch(() => {});
    for (const answer of fuzzer.received) {
      if (typeof answer === 'string') for (const one of [JSON.parse(answer)].flat()) expectWellFormed(one);
    }
    fuzzer.socket.terminate();
    await server.clients.revoke(server.clients.list()[0]!.id);
  }
  client.socket.terminate();
  client = await RawClient.greet(server);
  expect((await client.call('models.list')).error).toBeUndefined();
  expect(process.memoryUsage.rss() - before).toBeLessThan(200e6);
  expect(
    server.logged.filter((line) => line.includes('a reason of ours') && !line.includes('ENOENT')),
  ).toEqual([]);
});

function expectWellFormed(answer: Record<string, unknown>): void {
  expect(answer.jsonrpc).toBe('2.0');
  if ('method' in answer) return;
  expect('result' in answer).not.toBe('error' in answer);
  expect(answer.id === null || typeof answer.id === 'string' || Number.isFinite(answer.id)).toBe(true);
}
