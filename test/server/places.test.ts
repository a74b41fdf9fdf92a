/** Strangers who take every place they can, and clients that come all the same. */

import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Doorstep } from '../../daemon/src/server/doorstep.ts';
import { LIMITS } from '../../daemon/src/server/limits.ts';
import { RawClient, type TestServer, testServer } from './harness.ts';

describe('a doorstep', () => {
  const gone: string[] = [];
  it('lets the one go that has been there longest in silence, and nobody else', () => {
    const doorstep = new Doorstep<string>(2, (one) => gone.push(one));
    for (const one of ['first', 'second', 'third']) doorstep.enter(one);
    expect(gone).toEqual(['first']);
    for (const one of ['second', 'fourth']) doorstep.enter(one);
    expect(gone).toEqual(['first', 'third']);
    doorstep.leave('second');
    doorstep.enter('fifth');
    expect(gone).toEqual(['first', 'third']);
  });
});

describe('a daemon with strangers at its door', () => {
  let server: TestServer;
  const sockets: (RawClient | Socket)[] = [];
  // Longer than any test: who goes, goes because others come.
  beforeEach(async () => {
    server = await testServer({ hello: 600_000, header: 600_000 });
  });
  afterEach(async () => {
    for (const one of sockets.splice(0)) {
      if (one instanceof RawClient) one.socket.terminate();
      else one.destroy();
    }
    await server.close();
  });
  const strangers = async (count: number, options: object) => {
    const opened: RawClient[] = [];
    for (let i = 0; i < count; i++) {
      const client = await RawClient.open(server.url, options);
      if (typeof client === 'number') throw new Error(`refused with ${client}`);
      opened.push(client);
    }
    sockets.push(...opened);
    return opened;
  };
  const greet = async (options: object) => {
    const [client] = await strangers(1, options);
    return client!.call('hello', { token: server.token, protocol: 1 });
  };

  it.each([
    ['pages', { origin: 'null' }],
    ['programs', {}],
  ])('lets clients in, however many %s are there', async (_, options) => {
    const [first, ...others] = await strangers(LIMITS.strangers, options);
    expect((await greet(options)).result).toMatchObject({ client: { id: 'owner' } });
    expect((await first!.closed).code).toBe(1013);
    expect(others.every(({ socket }) => socket.readyState === socket.OPEN)).toBe(true);
  });

  it('keeps places of programs out of the reach of pages', async () => {
    const [program] = await strangers(1, {});
    await strangers(LIMITS.strangers + 5, { origin: 'null' });
    expect((await program!.call('hello', { token: server.token, protocol: 1 })).result).toBeDefined();
  });

  it('lets nobody displace a client, or who is being let in', async () => {
    const [pairing, client] = await strangers(2, { origin: 'null' });
    await pairing!.call('pair.request', { name: 'Figma' });
    await client!.call('hello', { token: server.token, protocol: 1 });
    await strangers(LIMITS.strangers + 5, { origin: 'null' });
    expect((await client!.call('status')).result).toBeDefined();
    expect(pairing!.socket.readyState).toBe(pairing!.socket.OPEN);
  });

  it('lets a client in that has no connection yet, however many the others have', async () => {
    const hello = async (token: string) => {
      const [client] = await strangers(1, {});
      return (await client!.call('hello', { token, protocol: 1 })).error?.data?.code;
    };
    for (let i = 0; i < 4; i++) {
      const { token } = await server.clients.grant(`greedy ${i}`, 'client');
      for (let each = 0; each < 32; each++) expect(await hello(token)).toBeUndefined();
    }
    expect(await hello(server.token)).toBeUndefined();
    expect(await hello(server.token)).toBe('RATE_LIMITED');
  });

  it('answers beside sockets that ask for nothing', async () => {
    const silent: Socket[] = [];
    for (let i = 0; i < LIMITS.unopened + 20; i++) {
      const socket = connect(server.port, '127.0.0.1').on('error', () => {});
      await new Promise((resolve) => socket.once('connect', resolve));
      silent.push(socket);
    }
    sockets.push(...silent);
    expect((await greet({})).result).toBeDefined();
    expect((await fetch(`http://127.0.0.1:${server.port}/health`)).status).toBe(200);
  });

  it('does not keep a large message of somebody who has not said hello', async () => {
    const [stranger] = await strangers(1, {});
    for (let i = 0; i < 9; i++) stranger!.socket.send('x'.repeat(2 ** 15), { fin: false });
    expect((await stranger!.closed).code).toBe(1006);
    const [client] = await strangers(1, {});
    await client!.call('hello', { token: server.token, protocol: 1 });
    const { error } = await client!.call('images.put', { data: 'A'.repeat(2 ** 19) });
    expect(error?.data?.code).toBe('PICTURE_UNREADABLE');
  });

  /** The beginning of a message of so many bytes, masked. */
  const announce = ({ socket }: RawClient, bytes: number) => {
    const raw = (socket as unknown as { _socket: Socket })._socket;
    raw.setNoDelay(true);
    raw.write(Buffer.from([0x81, 0xfe, bytes >> 8, bytes & 0xff, 0, 0, 0, 0]));
    return raw;
  };

  it('does not take a message of a stranger byte by byte', async () => {
    const [stranger] = await strangers(1, {});
    const raw = announce(stranger!, 60_000);
    let sent = 0;
    while (stranger!.socket.readyState === stranger!.socket.OPEN && sent < 2000) {
      raw.write('x');
      sent += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect((await stranger!.closed).code).toBe(1006);
  });

  it('does not wait for the rest of what a stranger begins to say, also while it is being let in', async () => {
    await server.close();
    server = await testServer({ hello: 300 });
    const [stranger] = await strangers(1, {});
    await stranger!.call('pair.request', { name: 'Figma' });
    announce(stranger!, 60_000);
    expect((await stranger!.closed).code).toBe(1006);
  });

  it('does not keep sockets that it has refused', async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true }).on(
      'error',
      () => {},
    );
    sockets.push(socket);
    const ended = new Promise((resolve) => socket.on('end', resolve));
    socket
      .resume()
      .write(
        `GET /elsewhere HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
    await ended;
    // Half of it is open still; what is sent there meets nobody.
    const closed = new Promise((resolve) => socket.on('close', resolve));
    const drip = setInterval(() => socket.write('x'), 20);
    await closed;
    clearInterval(drip);
  });

  it('cannot have answers wait for them in memory', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {});
    socket.write(`GET /openrpc.json HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`.repeat(100));
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    await closed;
    const { length } = await (await fetch(`http://127.0.0.1:${server.port}/openrpc.json`)).text();
    expect(bytes).toBeLessThan(2 * length);
  });
});
