/** How the panel is let in, when something comes in between. */

import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLOSE_CODES } from '@palimpsest/protocol';
import type { EditorHost } from '@palimpsest/sdk';
import { memoryHost } from '@palimpsest/sdk/memory';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ConnectionModel } from '../../plugins/panel/src/model/connection.ts';
import { type TestServer, testServer } from '../server/harness.ts';

/** Longer than between two looks for a daemon. */
const PATIENCE = { timeout: 8000 };

const sockets: WebSocket[] = [];
class KeptSocket extends WebSocket {
  constructor(url: string) {
    super(url);
    sockets.push(this);
  }
}

let server: TestServer;
let model: ConnectionModel;
let host: EditorHost;
beforeEach(async () => {
  vi.stubGlobal('navigator', { userAgent: 'Electron/1', permissions: {} });
  vi.stubGlobal('location', { hostname: 'localhost' });
  server = await testServer();
  model = await newModel();
});
afterEach(async () => {
  model.close();
  await server.close();
});

async function newModel(): Promise<ConnectionModel> {
  ({ host } = await memoryHost());
  const made = new ConnectionModel(host, { urls: [server.url], webSocket: KeptSocket });
  await made.look();
  expect(made.state.value.name).toBe('unpaired');
  return made;
}
const leaving = () => {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
};
const state = () => model.state.value.name;
const restart = async () => {
  const { port } = server;
  await server.close();
  return async () => {
    server = await testServer({}, port);
  };
};

describe('being let in', () => {
  it('works with the code, also after a wrong one', async () => {
    await model.ask();
    const { code } = server.pairings.at(-1)!;
    await model.confirm(code === '000000' ? '000001' : '000000');
    expect(model.state.value).toMatchObject({
      name: 'pairing',
      mistake: 'The code is wrong. 4 tries are left.',
    });
    await model.confirm(code);
    expect(state()).toBe('connected');
  });

  it('can begin anew at once after it was given up', async () => {
    for (let i = 0; i < 5; i++) {
      await model.ask();
      expect([state(), model.problem.value]).toEqual(['pairing', null]);
      model.giveUp();
      expect(state()).toBe('unpaired');
    }
    expect(server.pairings.filter((pending) => pending !== null)).toHaveLength(5);
  });

  it('waits for its turn while another is let in, or gives up', async () => {
    const { signal, abort } = leaving();
    await server.pairing.request('another', { signal });
    void model.ask();
    await expect.poll(state).toBe('waiting');
    model.giveUp();
    expect(state()).toBe('unpaired');
    void model.ask();
    await expect.poll(state).toBe('waiting');
    abort();
    await expect.poll(state).toBe('pairing');
    await model.confirm(server.pairings.at(-1)!.code);
    expect(state()).toBe('connected');
  });

  it('can begin anew when the panel was closed', async () => {
    await model.ask();
    model.close();
    await expect.poll(() => server.pairings.at(-1)).toBeNull();
    model = await newModel();
    await model.ask();
    expect(state()).toBe('pairing');
  });

  it('is looked for again when the daemon stops while the code is awaited', async () => {
    await model.ask();
    const start = await restart();
    await expect.poll(state).toBe('notFound');
    expect(model.problem.value).toBeNull();
    await start();
    await expect.poll(state, PATIENCE).toBe('unpaired');
    await model.ask();
    await model.confirm(server.pairings.at(-1)!.code);
    expect(state()).toBe('connected');
  });

  it('is looked for again when the daemon has stopped before', async () => {
    const start = await restart();
    await model.ask();
    expect([state(), model.problem.value]).toEqual(['notFound', null]);
    await start();
    await expect.poll(state, PATIENCE).toBe('unpaired');
  });

  it('says so when the code has expired', async () => {
    await model.ask();
    // As the daemon does after two minutes.
    sockets.at(-1)!.emit('close', CLOSE_CODES.notAuthorised, Buffer.from('The code has expired.'));
    await expect.poll(state).toBe('unpaired');
    expect(model.problem.value).toBe('The code has expired. Connect once more for a new code.');
  });

  it('says so when another program has the daemon’s place, keeps the token, and comes back with the daemon', async () => {
    await model.ask();
    await model.confirm(server.pairings.at(-1)!.code);
    const token = await host.readSetting('token');
    const { port, folder } = server;
    const kept = mkdtempSync(join(tmpdir(), 'palimpsest-kept-'));
    cpSync(folder, kept, { recursive: true });
    await server.close();
    const squatter = new WebSocketServer({ host: '127.0.0.1', port });
    squatter.on('connection', (socket) =>
      socket.on('message', (data) => {
        const result = { nonce: '0'.repeat(64), proof: '0'.repeat(64) };
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(String(data)).id, result }));
      }),
    );
    await expect.poll(state, PATIENCE).toBe('unpaired');
    expect(model.problem.value).toContain('Another program answers');
    expect(await host.readSetting('token')).toBe(token);
    for (const client of squatter.clients) client.terminate();
    await new Promise((resolve) => squatter.close(resolve));
    server = await testServer({}, port, kept);
    await model.look();
    expect([state(), model.problem.value]).toEqual(['connected', null]);
  });

  it('says so when the daemon does not know it any more', async () => {
    await model.ask();
    await model.confirm(server.pairings.at(-1)!.code);
    const start = await restart();
    await start();
    await expect.poll(state, PATIENCE).toBe('unpaired');
    expect(model.problem.value).toContain('Connect it again');
    // Who says so may be another program: what was granted is kept until something else is.
    expect(await host.readSetting('token')).not.toBeNull();
  });
});
