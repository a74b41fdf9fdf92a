/** A daemon whose output nobody reads, or that has none any more. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { Outlet } from '../../daemon/src/files/outlet.ts';
import { MODEL } from '../golden.ts';
import { PROGRAM, type StartedDaemon, somePort, startDaemon } from './daemon.ts';
import { RawClient } from './harness.ts';

describe('an outlet', () => {
  it('leaves out what nobody reads, and says so when somebody does', async () => {
    const written: string[] = [];
    let goOn = () => {};
    const stream = new Writable({
      decodeStrings: false,
      write: (text: string, _, done) => {
        written.push(text);
        goOn = done;
      },
    });
    const outlet = new Outlet(stream);
    for (let i = 0; i < 1000; i++) outlet.write(`${'x'.repeat(999)}\n`);
    expect(stream.writableLength).toBeLessThan(70_000);
    while (stream.writableLength > 0) {
      goOn();
      await new Promise((resolve) => setImmediate(resolve));
    }
    outlet.write('read again\n');
    goOn();
    await new Promise((resolve) => setImmediate(resolve));
    const lines = written.length - 2;
    expect(written.slice(-2)).toEqual([`(${1000 - lines} lines were left out here)\n`, 'read again\n']);
  });
});

/** Runs a program on a terminal that stands still: what it writes is never taken. */
const STANDSTILL = `
import os, pty, signal, subprocess, sys
_, terminal = pty.openpty()
program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal)
def end(*_):
    program.kill()
    sys.exit()
signal.signal(signal.SIGTERM, end)
program.wait()
`;
const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;

describe('a daemon', () => {
  let daemon: Pick<StartedDaemon, 'port' | 'folder' | 'kill'> & Partial<StartedDaemon>;
  afterEach(async () => {
    daemon.child?.stderr?.resume();
    await daemon.kill();
    rmSync(daemon.folder, { recursive: true, force: true });
  });
  /** Is refused, which is logged. */
  const refused = () =>
    new Promise<number>((resolve, reject) => {
      const headers = { host: 'evil.example' };
      request({ host: '127.0.0.1', port: daemon.port, path: `/${'x'.repeat(200)}`, headers }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      })
        .on('error', reject)
        .end();
    });

  it('lives on when its output is gone', async () => {
    daemon = await startDaemon(somePort());
    daemon.child!.stdout!.destroy();
    daemon.child!.stderr!.destroy();
    const stranger = await RawClient.open(`ws://127.0.0.1:${daemon.port}/rpc`);
    if (typeof stranger === 'number') throw new Error('refused');
    expect((await stranger.call('pair.request', { name: 'stranger' })).result).toBeDefined();
    for (let i = 0; i < 5; i++) expect(await refused()).toBe(421);
    expect((await fetch(`http://127.0.0.1:${daemon.port}/health`)).status).toBe(200);
  });

  it('answers though nobody reads its log', async () => {
    daemon = await startDaemon(somePort());
    daemon.child!.stderr!.pause();
    for (let i = 0; i < 800; i++) expect(await refused()).toBe(421);
    expect((await fetch(`http://127.0.0.1:${daemon.port}/health`)).status).toBe(200);
  });

  it('ends when it is told to, though nobody reads its log', async () => {
    daemon = await startDaemon(somePort());
    daemon.child!.stderr!.pause();
    for (let i = 0; i < 800; i++) expect(await refused()).toBe(421);
    const ended = once(daemon.child!, 'exit');
    daemon.child!.kill('SIGTERM');
    await ended;
  });

  it('answers though its terminal stands still', async ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), 'palimpsest-terminal-'));
    daemon = { port: somePort(), folder, kill: async () => {} };
    if (!hasPython) return skip('There is no python3 to make a terminal with.');
    const env = {
      ...process.env,
      PALIMPSEST_CONFIG: join(folder, 'config'),
      PALIMPSEST_CACHE: join(folder, 'cache'),
      PALIMPSEST_MODELS: MODEL,
      PALIMPSEST_PORT: String(daemon.port),
    };
    const program = [process.execPath, PROGRAM, 'serve'];
    const child = spawn('python3', ['-c', STANDSTILL, ...program], { env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    daemon.kill = async () => {
      child.kill();
      await ended;
    };
    const health = () => fetch(`http://127.0.0.1:${daemon.port}/health`).then(({ status }) => status);
    await expect.poll(() => health().catch(() => 0), { timeout: 60_000 }).toBe(200);
    for (let i = 0; i < 300; i++) expect(await refused()).toBe(421);
    expect(await health()).toBe(200);
  });
});
