/** Hello between those who do not trust each other yet: tokens stay untold, and nobody can take the daemon's place. */

import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DaemonClient,
  keyOf,
  nameOfKey,
  newNonce,
  proofOfClient,
  proofOfDaemon,
  type Ticket,
  tokenOfProof,
  writeTicket,
} from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { connectAsOwner } from '../../daemon/src/cli/ownerConnection.ts';
import { LIMITS } from '../../daemon/src/server/limits.ts';
import { RawClient, type TestServer, testServer } from './harness.ts';

let server: TestServer;
let squatter: WebSocketServer | null = null;
beforeEach(async () => {
  server = await testServer();
});
afterEach(async () => {
  for (const client of squatter?.clients ?? []) client.terminate();
  squatter?.close();
  squatter = null;
  await server.close();
});

/** Holds a port, and hears everything that is said there. */
async function squat(answer: (message: string, socket: WebSocket) => void = () => {}) {
  squatter = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(squatter, 'listening');
  const heard: string[] = [];
  squatter.on('connection', (socket, { url = '', rawHeaders }) => {
    heard.push(url, ...rawHeaders);
    socket.on('message', (data: RawData) => {
      heard.push(String(data));
      answer(String(data), socket);
    });
  });
  const address = squatter.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { url: `ws://127.0.0.1:${address.port}/rpc`, heard };
}
const connect = (...urls: string[]) =>
  DaemonClient.connect({ urls, token: server.token, webSocket: WebSocket, maxPause: 0 });
/** Neither the token nor what it could be made from. */
const expectUntold = async (heard: readonly string[]) => {
  const all = heard.join('\n');
  expect(all).not.toContain(server.token);
  expect(all).not.toContain(await keyOf(server.token));
  expect(all).not.toContain('"proof"');
};

describe('a program in the place of the daemon', () => {
  it.each([
    ['closes', (_: string, socket: WebSocket) => socket.close()],
    [
      'proves nothing',
      (message: string, socket: WebSocket) => {
        const result = { nonce: newNonce(), proof: newNonce() };
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(message).id, result }));
      },
    ],
    [
      'says that it knows no such question',
      (message: string, socket: WebSocket) => {
        const error = { code: -32601, message: 'There is no such method.' };
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(message).id, error }));
      },
    ],
    [
      'answers nonsense',
      (message: string, socket: WebSocket) => {
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(message).id, result: null }));
      },
    ],
  ])('and %s is told nothing', async (_, answer) => {
    const { url, heard } = await squat(answer);
    await expect(connect(url)).rejects.toMatchObject({
      code: expect.stringMatching(/^(DAEMON_UNPROVEN|CONNECTION_LOST)$/),
    });
    await expectUntold(heard);
  });

  it.each(['no JSON', 'null', '7', Buffer.from('no frame')])('and says %s does no harm', async (said) => {
    const { url } = await squat((_, socket) => socket.send(said));
    await expect(connect(url)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('is not told the token by the command line either, which finds it where the daemon was', async () => {
    const { url, heard } = await squat((message, socket) => {
      const result = { nonce: newNonce(), proof: newNonce() };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(message).id, result }));
    });
    vi.stubEnv('PALIMPSEST_CONFIG', join(server.folder, 'config'));
    const port = Number(new URL(url).port);
    await expect(connectAsOwner({ port })).rejects.toMatchObject({ code: 'DAEMON_UNPROVEN' });
    const owner = await connectAsOwner(server);
    expect(owner.welcome.client.access).toBe('owner');
    owner.close();
    vi.unstubAllEnvs();
    await expectUntold(heard);
  });

  it('cannot tell of jobs', async () => {
    const { port } = server;
    const client = await DaemonClient.connect({
      urls: [server.url],
      token: server.token,
      webSocket: WebSocket,
      maxPause: 10,
    });
    const told: unknown[] = [];
    client.on('job.changed', ({ job }) => told.push(job));
    await server.close();
    squatter = new WebSocketServer({ host: '127.0.0.1', port });
    const asked = new Promise((resolve) => {
      squatter?.on('connection', (socket) =>
        socket.on('message', (data) => {
          const job = { id: 'job-1', state: 'done', result: { image: `sha256:${'0'.repeat(64)}` } };
          socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'job.changed', params: { job } }));
          const result = { nonce: newNonce(), proof: newNonce() };
          socket.send(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(String(data)).id, result }));
          resolve(null);
        }),
      );
    });
    await asked;
    await expect(client.call('status', {})).rejects.toMatchObject({ code: 'DAEMON_UNPROVEN' });
    expect(told).toEqual([]);
    expect(client.closed).toBe(true);
  });

  it('that asks the daemon at its own port is told nothing either', async () => {
    const { url, heard } = await squat((message, socket) => {
      const daemon = new WebSocket(`${server.url}${heard[0]!.replace('/rpc', '')}`);
      daemon.on('open', () => daemon.send(message));
      daemon.on('message', (data) => socket.send(String(data)));
    });
    await expect(connect(url)).rejects.toMatchObject({ code: 'DAEMON_UNPROVEN' });
    expect(heard.filter((text) => text.includes('"method"'))).toHaveLength(1);
    await expectUntold(heard);
  });

  it('is passed over where the daemon is at another port', async () => {
    const { url, heard } = await squat((_, socket) => socket.send('{"jsonrpc":"2.0","id":1,"result":{}}'));
    const client = await connect(url, server.url);
    expect(client.welcome.client.id).toBe('owner');
    client.close();
    await expectUntold(heard);
  });

  it('is passed over though it never answers', async () => {
    const { url } = await squat();
    const client = await connect(url, server.url);
    expect(client.welcome.client.id).toBe('owner');
    client.close();
  });
});

describe('hello', () => {
  it('of our client never tells the token', async () => {
    const told: string[] = [];
    class HeardSocket extends WebSocket {
      constructor(url: string) {
        super(url);
        told.push(url);
      }
      override send(data: unknown): void {
        told.push(String(data));
        super.send(data as string);
      }
    }
    const { token } = server;
    const client = await DaemonClient.connect({ urls: [server.url], token, webSocket: HeardSocket });
    await client.call('status', {});
    client.close();
    expect(told.join('\n')).not.toContain(token);
    expect(told.join('\n')).not.toContain(await keyOf(token));
    expect(told.slice(1).map((text) => JSON.parse(text).method)).toEqual(['hello.prove', 'hello', 'status']);
  });

  const asked = async (token: string) => {
    const client = await RawClient.open(server.url);
    if (typeof client === 'number') throw new Error('refused');
    const key = await keyOf(token);
    const clientNonce = newNonce();
    const answer = await client.call('hello.prove', { name: await nameOfKey(key), nonce: clientNonce });
    const { nonce, proof } = answer.result as unknown as { nonce: string; proof: string };
    return { client, key, proof, handshake: { port: server.port, clientNonce, daemonNonce: nonce } };
  };
  const hello = (client: RawClient, proof: string) => client.call('hello', { proof, protocol: 1 });

  it('is answered when both have proven themselves, once', async () => {
    const { client, key, proof, handshake } = await asked(server.token);
    expect(proof).toBe(await proofOfDaemon(key, handshake));
    const own = await proofOfClient(server.token, key, handshake);
    expect(await tokenOfProof(own, key, handshake)).toBe(server.token);
    expect((await hello(client, own)).result).toMatchObject({ client: { id: 'owner' } });
    client.socket.close();
    // What was heard is of no use to anybody else.
    const again = await asked(server.token);
    expect((await hello(again.client, own)).error?.data?.code).toBe('NOT_AUTHORISED');
    expect((await again.client.closed).code).toBe(4401);
  });

  it('is refused to who has the key and not the token: the daemon’s list lets nobody in', async () => {
    const { client, key, handshake } = await asked(server.token);
    expect((await hello(client, await proofOfClient(key, key, handshake))).error?.code).toBe(1200);
    expect((await client.closed).code).toBe(4401);
  });

  it.each([
    ['without a question before', { proof: 'ab'.repeat(32), protocol: 1 }],
    ['with neither proof nor token', { protocol: 1 }],
  ])('%s is refused', async (_, params) => {
    const client = await RawClient.open(server.url);
    if (typeof client === 'number') throw new Error('refused');
    expect((await client.call('hello', params)).error?.data?.code).toBe('NOT_AUTHORISED');
    expect((await client.closed).code).toBe(4401);
  });

  it('of a client that was revoked is refused before it proves anything', async () => {
    const { token, client } = await server.clients.grant('Figma', 'client');
    await server.clients.revoke(client.id);
    const stranger = DaemonClient.connect({ urls: [server.url], token, webSocket: WebSocket });
    await expect(stranger).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  });

  it('of a client that was paired with an earlier version is answered', async () => {
    const { token } = await server.clients.grant('Figma', 'client');
    const list = join(server.folder, 'config', 'clients.json');
    const [stored] = JSON.parse(readFileSync(list, 'utf8'));
    // All that earlier versions keep.
    expect(Object.keys(stored).sort()).toEqual(['access', 'createdAt', 'id', 'name', 'tokenHash']);
    writeFileSync(list, JSON.stringify([{ ...stored, tokenHash: await keyOf(token) }]));
    const client = await DaemonClient.connect({ urls: [server.url], token, webSocket: WebSocket });
    expect(client.welcome.client.name).toBe('Figma');
    client.close();
  });
});

describe('the places of a client', () => {
  const opened: RawClient[] = [];
  const open = async (url: string) => {
    const client = await RawClient.open(url, { origin: 'null' });
    if (typeof client === 'number') throw new Error(`refused with ${client}`);
    opened.push(client);
    return client;
  };
  const strangersAt = async (url: string) => {
    for (let i = 0; i < LIMITS.strangers + 22; i++) await open(url);
  };
  /** What stands in the address behind the path. */
  const ticket = async (token: string, change: Partial<Ticket> = {}) => {
    const key = await keyOf(token);
    const right = { name: await nameOfKey(key), port: server.port, time: Date.now(), nonce: newNonce() };
    return writeTicket(key, { ...right, ...change });
  };
  let token: string;
  // Longer than any test: who goes, goes because others come.
  beforeEach(async () => {
    await server.close();
    server = await testServer({ hello: 600_000 });
    ({ token } = await server.clients.grant('Figma', 'client'));
  });
  afterEach(() => {
    for (const { socket } of opened.splice(0)) socket.terminate();
  });
  const isIn = ({ socket }: RawClient) => socket.readyState === socket.OPEN;

  it('are for those with its ticket, however many pages ask to be let in', async () => {
    const client = await open(`${server.url}/${await ticket(token)}`);
    await strangersAt(server.url);
    expect((await client.call('hello', { token, protocol: 1 })).result).toBeDefined();
  });

  it.each([
    ['only knows its name', async () => nameOfKey(await keyOf(token))],
    ['wrote its own', async () => `${(await ticket(token)).slice(0, -64)}${'0'.repeat(64)}`],
    ['has one of somebody else', async () => ticket('0'.repeat(64))],
    ['has one of another port', () => ticket(token, { port: server.port + 1 })],
    ['has an old one', () => ticket(token, { time: Date.now() - 11_000 })],
    ['has one of the future', () => ticket(token, { time: Date.now() + 60_000 })],
    [
      'has one that was used',
      async () => {
        const used = await ticket(token);
        await open(`${server.url}/${used}`);
        return used;
      },
    ],
  ])('are not for one who %s', async (_, make) => {
    const client = await open(`${server.url}/${await ticket(token)}`);
    const place = `${server.url}/${await make()}`;
    const impostor = await open(place);
    for (let i = 0; i < LIMITS.clientConnections; i++) await open(place);
    expect(isIn(client)).toBe(true);
    await strangersAt(server.url);
    // A stranger among strangers, which has had to go.
    expect((await impostor.closed).code).toBe(1013);
    expect((await client.call('hello', { token, protocol: 1 })).result).toBeDefined();
  });
});
