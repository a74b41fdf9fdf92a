/** Clients that ask to be let in while others do. */

import { PairingRequest } from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { LIMITS } from '../../daemon/src/server/limits.ts';
import { RawClient, type TestServer, testServer } from './harness.ts';

let server: TestServer;
const opened: RawClient[] = [];
// Longer than any test: who goes, goes because others come.
beforeEach(async () => {
  server = await testServer({ hello: 600_000 });
});
afterEach(async () => {
  for (const { socket } of opened.splice(0)) socket.terminate();
  await server.close();
});
const open = async (options: object) => {
  const client = await RawClient.open(server.url, options);
  if (typeof client === 'number') throw new Error(`refused with ${client}`);
  opened.push(client);
  return client;
};
/** What it is told when it has to wait. */
const waits = ({ socket }: RawClient) =>
  new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))));
const BROWSER = { origin: 'null', headers: { 'user-agent': 'a browser' } };
const FIGMA = { origin: 'null', headers: { 'user-agent': 'Figma' } };

describe('a client that asks to be let in while another is', () => {
  it('may be silent for longer than others before hello', async () => {
    await server.close();
    server = await testServer({ hello: 1000 });
    const holder = await open({});
    await holder.call('pair.request', { name: 'holder' });
    const page = await open(FIGMA);
    const asked = page.call('pair.request', { name: 'Figma' });
    const silent = await open(BROWSER);
    expect((await silent.closed).code).toBe(4401);
    holder.socket.close();
    expect((await asked).result).toMatchObject({ secondsLeft: 120 });
    expect(page.socket.readyState).toBe(page.socket.OPEN);
  });

  it('is told that it waits, and stays whoever else comes', async () => {
    const holder = await open({});
    await holder.call('pair.request', { name: 'holder' });
    const page = await open(FIGMA);
    const asked = page.call('pair.request', { name: 'Figma' });
    expect(await waits(page)).toEqual({ jsonrpc: '2.0', method: 'pair.waiting', params: { others: 0 } });
    for (let i = 0; i < LIMITS.strangers + 5; i++) await open(BROWSER);
    holder.socket.close();
    expect((await asked).result).toMatchObject({ secondsLeft: 120 });
    expect(server.pairing.pending).toMatchObject({ name: 'Figma' });
  });

  it('comes next, though a page in a browser asks a hundred times and again after each', async () => {
    const holder = await open({});
    await holder.call('pair.request', { name: 'holder' });
    let isOver = false;
    const hostile = async () => {
      const page = await open(BROWSER);
      void page.closed.then(() => (isOver ? undefined : hostile().catch(() => {})));
      // Whoever has a turn that nobody wants goes, and comes again.
      page.call('pair.request', { name: 'hostile' }).then(
        () => page.socket.close(),
        () => {},
      );
    };
    for (let i = 0; i < 100; i++) await hostile();
    const page = await open(FIGMA);
    const asked = page.call('pair.request', { name: 'Figma' });
    await waits(page);
    holder.socket.close();
    expect((await asked).result).toBeDefined();
    isOver = true;
    const names = server.pairings.flatMap((pending) => pending?.name ?? []);
    expect(names).toEqual(['holder', 'hostile', 'Figma']);
  });

  it('keeps its place when the code was right, until it has its token', async () => {
    const page = await open(FIGMA);
    const { result } = await page.call('pair.request', { name: 'Figma' });
    const { pairing } = result as unknown as { pairing: string };
    const { code } = server.pairing.pending!;
    const granted = await page.call('pair.confirm', { pairing, code });
    const { token } = granted.result as unknown as { token: string };
    for (let i = 0; i < LIMITS.strangers + 5; i++) await open(BROWSER);
    expect((await page.call('hello', { token, protocol: 1 })).result).toBeDefined();
  });

  it('can wait with the typed client, or give up', async () => {
    const holder = await open({});
    await holder.call('pair.request', { name: 'holder' });
    const address = { urls: [server.url], webSocket: WebSocket };
    const given = new AbortController();
    const givenUp = PairingRequest.open({
      ...{ ...address, name: 'impatient', signal: given.signal },
      onWaiting: () => given.abort(),
    });
    await expect(givenUp).rejects.toMatchObject({ name: 'AbortError' });
    const onWaiting = vi.fn(() => holder.socket.close());
    const request = await PairingRequest.open({ ...address, name: 'patient', onWaiting });
    expect(onWaiting).toHaveBeenCalled();
    expect(server.pairing.pending).toMatchObject({ name: 'patient' });
    expect(await request.confirm(server.pairing.pending!.code)).toMatch(/^[0-9a-f]{64}$/);
  });
});
