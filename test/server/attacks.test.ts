/** What a hostile page, program or file may try. Each is refused with a clear code, and the next good request is answered. */

import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { decodeFrame, encodeFrame, type Frame, hashPicture } from '@palimpsest/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Asking } from '../../daemon/src/server/pairing.ts';
import { picture, RawClient, type TestServer, testServer } from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ hello: 300, header: 400, transfer: 300 });
});
afterAll(async () => {
  // Whatever was tried, an honest client is served.
  const client = await RawClient.greet(server);
  expect((await client.call('status')).result).toMatchObject({ version: '0.0.0' });
  await server.close();
});

const open = async (options = {}) => {
  const client = await RawClient.open(server.url, options);
  if (typeof client === 'number') throw new Error(`refused with ${client}`);
  return client;
};
const status = (options: object, path = '/rpc') =>
  RawClient.open(`ws://127.0.0.1:${server.port}${path}`, options).then((client) =>
    typeof client === 'number' ? client : 101,
  );

describe('a connection', () => {
  it('without a token gets nothing and is closed', async () => {
    const client = await open();
    expect((await client.call('status')).error).toMatchObject({
      code: 1200,
      data: { code: 'NOT_AUTHORISED' },
    });
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it('with a wrong token is closed', async () => {
    const client = await open();
    const { error } = await client.call('hello', { token: 'ab'.repeat(32), protocol: 1 });
    expect(error?.code).toBe(1200);
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it('with many tokens at once has none of them looked at, in a batch or one after the other', async () => {
    const looked = vi.spyOn(server.clients, 'authenticate');
    const hello = (id: number) => ({
      ...{ jsonrpc: '2.0', id, method: 'hello' },
      params: { token: 'ab'.repeat(32), protocol: 1 },
    });
    const many = Array.from({ length: 8 }, (_, i) => hello(i));
    const one = await open();
    const answers = await one.ask(JSON.stringify(many));
    expect(answers).toHaveLength(8);
    expect(answers).toContainEqual(
      expect.objectContaining({ error: expect.objectContaining({ code: 1200 }) }),
    );
    expect(await one.closed).toMatchObject({ code: 4401 });
    expect(looked).toHaveBeenCalledTimes(0);
    const other = await open();
    for (const each of many) other.socket.send(JSON.stringify(each));
    expect(await other.closed).toMatchObject({ code: 4401 });
    expect(looked).toHaveBeenCalledTimes(1);
    looked.mockRestore();
  });

  it('that asks to be let in many times in a batch shows no code', async () => {
    const ask = (id: number) => ({ jsonrpc: '2.0', id, method: 'pair.request', params: { name: 'x' } });
    const client = await open();
    const before = server.pairings.length;
    const answers = (await client.ask(JSON.stringify([ask(1), ask(2)]))) as unknown as object[];
    expect(answers.every((answer) => JSON.stringify(answer).includes('NOT_AUTHORISED'))).toBe(true);
    expect(await client.closed).toMatchObject({ code: 4401 });
    expect(server.pairings.slice(before)).toEqual([]);
  });

  it('that says nothing is closed', async () => {
    expect(await (await open()).closed).toMatchObject({ code: 4401, reason: 'No hello in time.' });
  });

  it('that sends pictures before hello is closed', async () => {
    const client = await open();
    client.socket.send(encodeFrame({ type: 'get', transfer: 1, image: `sha256:${'0'.repeat(64)}` }));
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it('that sends JSON in a binary message is told so', async () => {
    const hello = Buffer.from(
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'hello',
        params: { token: server.token, protocol: 1 },
      }),
    );
    const stranger = await open();
    stranger.socket.send(hello);
    expect(await stranger.closed).toMatchObject({
      code: 4401,
      reason: expect.stringContaining('text messages'),
    });
    const client = await RawClient.greet(server);
    client.socket.send(hello);
    expect(String(await client.next())).toContain('text messages');
    client.socket.close();
  });

  it.each([
    [900, { code: -32602, data: { path: 'key0' } }],
    [50_000, { code: -32600, message: expect.stringContaining('more than 1000 values') }],
  ])('that gives %s unknown keys gets a short answer', async (count, error) => {
    const client = await RawClient.greet(server);
    const params = Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, 1]));
    client.socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'status', params }));
    const answer = String(await client.next());
    expect(answer.length).toBeLessThan(2000);
    expect(JSON.parse(answer).error).toMatchObject(error);
    client.socket.close();
  });

  it.each([
    ['params that are wrong', { method: 'status', params: { a: 1 } }],
    ['methods that are none', { method: 'statu' }],
    ['more than a request may hold', { method: 'status', params: { a: Array(2000).fill(0) } }],
  ])('that goes on with %s is closed', async (_, request) => {
    const { token } = await server.clients.grant('stubborn', 'client');
    const client = await RawClient.greet({ ...server, token });
    for (let id = 0; id < 150; id++) client.socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...request }));
    expect((await client.closed).code).toBe(4429);
  });

  it('that sends rubbish before hello is closed', async () => {
    const client = await open();
    for (let i = 0; i < 20; i++) client.socket.send('rubbish');
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it.each([
    'https://evil.example',
    'http://localhost',
    'http://localhost:1',
    'https://www.figma.com.evil.example',
    'https://evil-figma.com',
    'http://www.figma.com',
    'file://',
    '',
  ])('of a page of "%s" is refused, even with the token', async (origin) => {
    expect(await status({ origin, headers: { authorization: server.token, origin } })).toBe(403);
  });

  it.each(['null', 'https://www.figma.com', undefined])('of %s still needs the token', async (origin) => {
    const client = await open(origin === undefined ? {} : { origin });
    expect((await client.call('models.list')).error?.code).toBe(1200);
    await client.closed;
  });

  it.each([
    'evil.example',
    'evil.example:PORT',
    '0.0.0.0:PORT',
    'localhost',
    '127.0.0.1:1',
    'localhost.:PORT',
  ])('to Host %s is refused: DNS rebinding', async (name) => {
    const host = name.replace('PORT', String(server.port));
    expect(await status({ headers: { host } })).toBe(421);
  });

  it('to another path is refused', async () => expect(await status({}, '/rpc?token=x')).toBe(404));

  it('that offers compression gets none', async () => {
    const client = await open({ perMessageDeflate: true });
    expect(client.socket.extensions).toBe('');
    client.socket.terminate();
  });

  it('with a compressed frame all the same is closed', async () => {
    const client = await RawClient.greet(server);
    // FIN and RSV1, text, masked, of no length: compressed, by its first byte.
    client.socket.once('close', () => {});
    (client.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
      Buffer.from([0xc1, 0x80, 0, 0, 0, 0]),
    );
    expect((await client.closed).code).toBe(1002);
  });

  it('with a message above 1 MiB is closed', async () => {
    const client = await RawClient.greet(server);
    client.socket.send('x'.repeat(2 ** 20 + 1));
    expect((await client.closed).code).toBe(1009);
  });

  it('with a message in a thousand fragments is closed', async () => {
    const client = await RawClient.greet(server);
    for (let i = 0; i < 1000; i++) client.socket.send('x', { fin: false });
    expect((await client.closed).code).toBe(1008);
  });

  it('that asks too much is told so, then closed', async () => {
    const { token } = await server.clients.grant('busy', 'client');
    const client = await RawClient.greet({ ...server, token });
    for (let i = 0; i < 500; i++) {
      client.socket.send(JSON.stringify({ jsonrpc: '2.0', id: `n${i}`, method: 'models.list' }));
    }
    expect((await client.closed).code).toBe(4429);
    expect(client.received.some((message) => String(message).includes('RATE_LIMITED'))).toBe(true);
  });

  it('that answers no ping is ended', async () => {
    const quick = await testServer({ heartbeat: 100 });
    const client = await RawClient.open(quick.url, { autoPong: false });
    if (typeof client === 'number') throw new Error('refused');
    client.socket.send(
      JSON.stringify({ jsonrpc: '2.0', method: 'hello', params: { token: quick.token, protocol: 1 } }),
    );
    expect((await client.closed).code).toBe(1006);
    await quick.close();
  });

  it('that has said hello and asks to be let in again is not closed for that', async () => {
    const quick = await testServer({ hello: 300 });
    const client = await RawClient.greet(quick);
    const request = quick.pairing.request.bind(quick.pairing);
    let end: Asking['onOver'];
    quick.pairing.request = (name, asking = {}) => {
      end = asking.onOver;
      return request(name, asking);
    };
    expect((await client.call('pair.request', { name: 'again' })).result).toBeDefined();
    end?.('expired');
    expect((await client.call('status')).error).toBeUndefined();
    await quick.close();
  });

  it('that waits for its code is told when another gets its place', async () => {
    const request = server.pairing.request.bind(server.pairing);
    let end: Asking['onOver'];
    server.pairing.request = (name, asking = {}) => {
      end = asking.onOver;
      return request(name, asking);
    };
    const page = await open({ origin: 'null' });
    await page.call('pair.request', { name: 'holder' });
    expect(server.pairing.pending).toMatchObject({ name: 'holder', origin: 'null' });
    end?.('displaced');
    expect(await page.closed).toMatchObject({
      code: 4401,
      reason: expect.stringContaining('their turn'),
    });
  });

  it('of one client too many is refused', async () => {
    const { token } = await server.clients.grant('many', 'client');
    const clients = [];
    for (let i = 0; i < 32; i++) clients.push(await RawClient.greet({ ...server, token }));
    const other = await open();
    const { error } = await other.call('hello', { token, protocol: 1 });
    expect(error?.data?.code).toBe('RATE_LIMITED');
    other.socket.terminate();
    for (const client of clients) client.socket.terminate();
  });

  it('whose token is revoked is closed, and its jobs are cancelled', async () => {
    const { token, client: info } = await server.clients.grant('plugin', 'client');
    const client = await RawClient.greet({ ...server, token });
    const { result } = await client.call('generate', { model: 'tiny', prompt: 'a cat' });
    const { job } = result as unknown as { job: { id: string } };
    const owner = await RawClient.greet(server);
    expect((await client.call('clients.revoke', { id: info.id })).error?.code).toBe(1200);
    await owner.call('clients.revoke', { id: info.id });
    expect((await client.closed).code).toBe(4403);
    expect(server.jobs.get(job.id)?.state).toBe('cancelled');
    owner.socket.close();
  });
});

describe('a client whose token is revoked', () => {
  it('is heard no more, though it leaves the close unanswered', async () => {
    const { token, client: info } = await server.clients.grant('plugin', 'client');
    const client = await RawClient.greet({ ...server, token });
    const owner = await RawClient.greet(server);
    client.socket.pause();
    await owner.call('clients.revoke', { id: info.id });
    const jobs = server.jobs.records.size;
    const params = { model: 'tiny', prompt: 'a cat' };
    client.socket.send(JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'generate', params }));
    await owner.call('status');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.jobs.records.size).toBe(jobs);
    client.socket.terminate();
    owner.socket.close();
  });
});

describe('an HTTP request', () => {
  const ask = (options: object, path = '/health', body = ''): Promise<{ status: number; headers: object }> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: server.port, path, ...options }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      });
      sent.on('error', reject).end(body);
    });

  it.each([
    [
      'a form post',
      { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      '/',
      405,
    ],
    ['a text post', { method: 'POST', headers: { 'content-type': 'text/plain' } }, '/rpc', 405],
    ['a foreign Origin', { headers: { origin: 'https://evil.example' } }, '/health', 403],
    ['another page, without an Origin', { headers: { 'sec-fetch-site': 'cross-site' } }, '/', 403],
    ['another Host', { headers: { host: 'evil.example' } }, '/health', 421],
    ['a path out of the folder', {}, '/../server.ts', 404],
    ['an encoded path', {}, '/%2e%2e/token', 404],
    ['a plain GET of the socket', {}, '/rpc', 404],
  ])('by %s is refused', async (_, options, path, status) => {
    expect((await ask(options, path, 'method=status')).status).toBe(status);
  });

  it.each(['/nowhere?token=SECRET', '/token=SECRET', '/x/token/SECRET', '/rpc/SECRET', '/page.js?SECRET'])(
    'for %s leaves no trace of it when it is refused',
    async (path) => {
      const before = server.logged.length;
      const address = path.replaceAll('SECRET', server.token);
      expect((await ask({ method: 'DELETE' }, address)).status).toBe(405);
      await status({}, address);
      expect(server.logged.length).toBeGreaterThan(before);
      const logged = server.logged.slice(before).join('');
      expect(logged.includes('/page.js')).toBe(path.startsWith('/page.js'));
      expect(logged).not.toContain(server.token);
    },
  );

  it.each([
    ['two Hosts', 'GET /health', ['Host: 127.0.0.1:PORT', 'Host: evil.example']],
    ['two equal Hosts', 'GET /health', ['Host: 127.0.0.1:PORT', 'Host: 127.0.0.1:PORT']],
    ['two Origins', 'GET /health', ['Host: 127.0.0.1:PORT', 'Origin: null', 'origin: https://evil.example']],
    [
      'two sites',
      'GET /health',
      ['Host: 127.0.0.1:PORT', 'Sec-Fetch-Site: none', 'Sec-Fetch-Site: cross-site'],
    ],
    ['another host in its address', 'GET http://evil.example/health', ['Host: 127.0.0.1:PORT']],
    ['its own host in its address', 'GET http://127.0.0.1:PORT/health', ['Host: 127.0.0.1:PORT']],
    ['no path', 'OPTIONS *', ['Host: 127.0.0.1:PORT']],
    ['no Host', 'GET /health', []],
  ])('with %s is malformed, and so is such an upgrade', async (_, line, headers) => {
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    for (const [start, more] of [
      [line, ['Connection: close']],
      [line.replace('health', 'rpc'), [...upgrade, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==']],
    ] as const) {
      const socket = connect(server.port, '127.0.0.1');
      const text = [`${start} HTTP/1.1`, ...headers, ...more, '', ''].join('\r\n');
      socket.write(text.replaceAll('PORT', String(server.port)));
      let answer = '';
      for await (const piece of socket) answer += piece;
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
    }
  });

  it.each(['x', '100-continue'])('that expects %s first is cut off, whatever its Host', async (expected) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 1\r\nExpect: ${expected}\r\n\r\n`);
    let answer = '';
    socket.on('data', (piece) => {
      answer += piece;
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect(answer).toBe('');
  });

  it('tells only product and version at /health, and lets the plugins read it', async () => {
    const { status, headers } = await ask({ headers: { origin: 'null' } });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'null',
      vary: 'Origin',
      'x-content-type-options': 'nosniff',
    });
    const health = await (await fetch(`http://127.0.0.1:${server.port}/health`)).json();
    expect(health).toEqual({ product: 'palimpsest', version: '0.0.0', protocol: 1 });
  });

  it('that comes one byte at a time is cut off', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', () => {}));
    const drip = setInterval(() => socket.write('x'), 50);
    socket.write('GET /health HTTP/1.1\r\nX-');
    await closed;
    clearInterval(drip);
  });

  it('with an endless header is cut off', async () => {
    const status = await ask({ headers: { 'x-long': 'x'.repeat(20_000) } }).then(
      (answer) => answer.status,
      () => 431,
    );
    expect(status).toBe(431);
  });
});

describe('a picture', () => {
  const put = async (bytes: Buffer) => {
    const client = await RawClient.greet(server);
    const { error } = await client.call('images.put', { data: bytes.toString('base64') });
    client.socket.close();
    return error?.data?.code;
  };

  it('that is a bomb is refused before it is decoded', async () => {
    // A few kilobytes that decode to 192 MB.
    const bomb = await picture(8000, 8000);
    const before = process.memoryUsage.rss();
    expect(await put(bomb)).toBe('PICTURE_TOO_LARGE');
    expect(process.memoryUsage.rss() - before).toBeLessThan(50e6);
  });

  it.each([
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>')],
    ['a drawing with a lead', Buffer.from('\x89PNG<svg/>')],
    ['a web page', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a header and no more', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
  ])('that is %s is refused', async (_, bytes) => expect(await put(bytes)).toBe('PICTURE_UNREADABLE'));

  const frames = async (...sent: Frame[]) => {
    const client = await RawClient.greet(server);
    for (const frame of sent) client.socket.send(encodeFrame(frame));
    const codes: unknown[] = [];
    for (;;) {
      const frame = decodeFrame((await client.next()) as Buffer);
      if (frame.type !== 'fail') continue;
      codes.push((frame.error.data as { code: string }).code);
      client.socket.close();
      return codes[0];
    }
  };
  const image = `sha256:${createHash('sha256').update('x').digest('hex')}`;
  const chunk = (offset: number, bytes = new Uint8Array(10)) =>
    ({ type: 'chunk', transfer: 1, offset, bytes }) as const;

  it.each<[string, Frame[], string]>([
    ['too large', [{ type: 'open', transfer: 1, total: 2 ** 31, image }], 'PICTURE_TOO_LARGE'],
    ['empty', [{ type: 'open', transfer: 1, total: 0, image }], 'PICTURE_TOO_LARGE'],
    ['out of order', [{ type: 'open', transfer: 1, total: 100, image }, chunk(50)], 'TRANSFER_FAILED'],
    ['longer than it said', [{ type: 'open', transfer: 1, total: 5, image }, chunk(0)], 'TRANSFER_FAILED'],
    [
      'not what its hash says',
      [{ type: 'open', transfer: 1, total: 10, image }, chunk(0)],
      'TRANSFER_FAILED',
    ],
    ['never opened', [chunk(0)], 'TRANSFER_FAILED'],
    ['opened twice', Array(2).fill({ type: 'open', transfer: 1, total: 10, image }), 'TRANSFER_FAILED'],
    ['never finished', [{ type: 'open', transfer: 1, total: 100, image }, chunk(0)], 'TRANSFER_FAILED'],
    ['unknown', [{ type: 'get', transfer: 1, image }], 'IMAGE_UNKNOWN'],
  ])('in frames that is %s fails', async (_, sent, code) => expect(await frames(...sent)).toBe(code));

  it('in too many transfers at once is refused', async () => {
    const opens = Array.from(
      { length: 9 },
      (_, i) => ({ type: 'open', transfer: i, total: 10, image }) as const,
    );
    expect(await frames(...opens)).toBe('RATE_LIMITED');
    const large = [1, 2].map((transfer) => ({ type: 'open', transfer, total: 40 * 2 ** 20, image }) as const);
    expect(await frames(...large)).toBe('RATE_LIMITED');
  });

  it('that is a drawing in frames is not kept', async () => {
    const bytes = new Uint8Array(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    const drawing = await hashPicture(bytes);
    const open = { type: 'open', transfer: 1, total: bytes.length, image: drawing } as const;
    expect(await frames(open, chunk(0, bytes))).toBe('PICTURE_UNREADABLE');
    expect(await server.backend.blobs.get(drawing)).toBeNull();
  });
});
