/** Where the daemon listens: on both loopback addresses, and on another one only when it is told to. */

import { createServer, type Server } from 'node:http';
import { networkInterfaces } from 'node:os';
import { DaemonClient } from '@palimpsest/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { TIMINGS } from '../../daemon/src/server/limits.ts';
import { listen } from '../../daemon/src/server/listen.ts';
import { type StartedDaemon, somePort, startDaemon } from './daemon.ts';

/** An address of this machine that is none of loopback; on Linux, 127.0.0.2 does where there is no network. */
const address =
  Object.values(networkInterfaces())
    .flat()
    .find((found) => found?.family === 'IPv4' && !found.internal)?.address ?? '127.0.0.2';

const canListen = (host: string) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, host, () => server.close(() => resolve(true)));
  });

let daemon: StartedDaemon;
beforeAll(async () => {
  daemon = await startDaemon(somePort(), { PALIMPSEST_LISTEN: address });
});
afterAll(() => daemon.stop());

/** Whether the page, the health check and the socket are all there. */
async function isServedAt(host: string): Promise<void> {
  const health = await fetch(`http://${host}:${daemon.port}/health`);
  expect(await health.json()).toMatchObject({ product: 'palimpsest' });
  expect((await fetch(`http://${host}:${daemon.port}/`)).status).toBe(200);
  const urls = [`ws://${host}:${daemon.port}/rpc`];
  const client = await DaemonClient.connect({ urls, token: daemon.token, webSocket: WebSocket });
  expect((await client.call('models.list', {})).models.length).toBeGreaterThan(0);
  client.close();
}

describe('a daemon', () => {
  it('is at 127.0.0.1', () => isServedAt('127.0.0.1'));

  it('is at ::1', async ({ skip }) => {
    if (!(await canListen('::1')))
      skip('This machine has no IPv6 loopback address, so nothing can be there.');
    await isServedAt('[::1]');
  });

  it('is at the address that --listen names, to those that have a token', async ({ skip }) => {
    if (!(await canListen(address)))
      skip('This machine has no address but loopback, so nothing can be there.');
    await isServedAt(address);
    const urls = [`ws://${address}:${daemon.port}/rpc`];
    const stranger = DaemonClient.connect({ urls, token: '0'.repeat(64), webSocket: WebSocket });
    await expect(stranger).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  });

  it('warns that what goes there is not encrypted, and does not where nothing leaves the machine', () => {
    const warned = daemon.output().includes(`Warning: the daemon listens on ${address} too.`);
    expect(warned).toBe(!address.startsWith('127.'));
  });

  it('does not answer there to another name: DNS rebinding', async () => {
    const socket = new WebSocket(`ws://${address}:${daemon.port}/rpc`, { headers: { host: 'evil.example' } });
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode));
      socket.on('error', () => {});
    });
    expect(status).toBe(421);
  });
});

describe('a port that the system keeps for itself', () => {
  it.each([
    [[80], /does not let you use port 80/],
    [[80, 81], /does not let you use all of the ports 80, 81/],
  ])('%s is not said to be taken', async (ports, why) => {
    const forbid = (server: Server) => {
      server.listen = () => {
        const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
        queueMicrotask(() => server.emit('error', error));
        return server;
      };
    };
    await expect(listen(ports, TIMINGS, forbid)).rejects.toThrow(why);
  });
});

describe('a daemon that is to listen', () => {
  it.each([
    ['on an address of another machine', '192.0.2.1', /does not have the address 192.0.2.1/],
    ['on every address', '0.0.0.0', /Name the one to listen on/],
    ['on every address of IPv6', '::', /Name the one to listen on/],
  ])('%s says that it cannot', async (_, listen, why) => {
    await expect(startDaemon(somePort(), { PALIMPSEST_LISTEN: listen })).rejects.toThrow(why);
  });

  it.each(['127.0.0.1', 'localhost'])('on %s, where it is anyway, just does', async (listen) => {
    const again = await startDaemon(somePort(), { PALIMPSEST_LISTEN: listen });
    expect(again.output()).not.toContain('Warning');
    expect(await again.stop()).toBe(0);
  });
});
