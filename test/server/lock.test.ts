/** One daemon at a time over a configuration and over a cache, whatever becomes of the process that has them. */

import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Lock, runningDaemon, takeLock } from '../../daemon/src/server/lock.ts';
import { announcement } from './announcement.ts';

let root: string;
let folder: string;
let cache: string;
let file: string;
const held: (Lock | ChildProcess | Server)[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'palimpsest-lock-'));
  [folder, cache] = [join(root, 'config'), join(root, 'cache')];
  file = join(folder, 'daemon.json');
  mkdirSync(folder);
});
afterEach(() => {
  for (const each of held.splice(0)) {
    if ('release' in each) each.release();
    else if ('kill' in each) each.kill('SIGKILL');
    else each.close();
  }
  rmSync(root, { recursive: true });
});

async function take(...folders: [string, string]): Promise<Lock> {
  const lock = await takeLock(...folders);
  held.push(lock);
  return lock;
}

/** Another process that has the lock. */
async function holder(config: string, port?: number): Promise<ChildProcess> {
  const args = [config, cache, ...(port === undefined ? [] : [String(port)])];
  const child = fork(new URL('lockHolder.ts', import.meta.url), args, { execArgv: ['--import', 'tsx'] });
  held.push(child);
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the holder has ended'))),
  ]);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A port that nobody listens on. */
const CLOSED = 9;

/** What answers as a daemon does. */
async function impostor(): Promise<number> {
  const server = createServer((_, response) => response.end(JSON.stringify({ product: 'palimpsest' })));
  held.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' ? address!.port : 0;
}

/** As a process writes it that has ended without a word, and whose number another has now. */
const left = (daemon: unknown) => writeFileSync(file, JSON.stringify({ pid: process.ppid, daemon }));

describe('the lock', () => {
  it('tells where the daemon is, and leaves nothing', async () => {
    const lock = await take(folder, cache);
    lock.announce({ ...announcement, port: 4711 });
    const written = JSON.parse(readFileSync(file, 'utf8'));
    expect(written).toMatchObject({ pid: process.pid, daemon: { port: 4711 } });
    expect(Math.abs(written.startedAt + process.uptime() * 1000 - Date.now())).toBeLessThan(1000);
    lock.announce(announcement);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ daemon: { port: 1 } });
    held.pop();
    lock.release();
    expect([file, join(cache, 'daemon.json')].filter(existsSync)).toEqual([]);
  });

  const leavings: [string, () => unknown][] = [
    ['damaged', () => writeFileSync(file, '{"pid":')],
    ['of a process that died while it started', () => left(null)],
    [
      'of a process that died, whose port answers',
      async () => left({ ...announcement, port: await impostor() }),
    ],
    ['a link to nowhere', () => symlinkSync(join(root, 'nowhere'), file)],
    ['a folder', () => mkdirSync(join(file, 'inside'), { recursive: true })],
  ];
  if (process.platform !== 'win32') leavings.push(['a pipe', () => execFileSync('mkfifo', [file])]);
  it.each(leavings)('that is %s is nobody’s, and is taken', async (_, leave) => {
    await leave();
    expect(await runningDaemon(folder)).toBeNull();
    await take(folder, cache);
    expect(lstatSync(file).isFile()).toBe(true);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('is kept by a process that stands still, and answers nobody', async () => {
    const child = await holder(folder, CLOSED);
    child.kill('SIGSTOP');
    const refusal = { code: 'ALREADY_RUNNING', message: expect.stringContaining(`:${CLOSED} already`) };
    await expect(takeLock(folder, cache)).rejects.toMatchObject(refusal);
    expect(await runningDaemon(folder)).toBeNull();
    child.kill('SIGCONT');
    await expect(takeLock(folder, cache)).rejects.toMatchObject(refusal);
  });

  it('of one that answers leads to it', async () => {
    const port = await impostor();
    await holder(folder, port);
    expect(await runningDaemon(folder)).toMatchObject({ port });
  });

  it('is kept by one that stands still before it has told where it is', async () => {
    const child = await holder(folder);
    child.kill('SIGSTOP');
    await expect(takeLock(folder, cache)).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      message: expect.stringContaining(`just starting already (process ${child.pid} since`),
    });
  });

  it('is free at once when its process is killed', async () => {
    await end(await holder(folder, 1));
    expect(await runningDaemon(folder)).toBeNull();
    await take(folder, cache);
  });

  it('is one for two configurations over one cache, by whatever name', async () => {
    const child = await holder(folder, 7);
    const link = join(root, 'link');
    symlinkSync(cache, link);
    for (const same of [cache, link]) {
      await expect(takeLock(join(root, 'other'), same)).rejects.toMatchObject({
        code: 'ALREADY_RUNNING',
        message: expect.stringMatching(/:7 already.*another configuration.*PALIMPSEST_CACHE/),
      });
    }
    expect(existsSync(join(root, 'other', 'daemon.json'))).toBe(false);
    await end(child);
    await take(join(root, 'other'), link);
  });

  it('is one for two caches of one configuration', async () => {
    await take(folder, cache);
    await expect(takeLock(folder, join(root, 'elsewhere'))).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
    });
  });

  it('takes a configuration that is kept in the cache itself', async () => {
    await take(cache, cache);
  });

  it('goes to one of many that start at the same moment', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => take(folder, cache)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is not in the way of those who ask whether a daemon runs', async () => {
    let asking = true;
    const asks = (async () => {
      while (asking) await runningDaemon(folder);
    })();
    for (let i = 0; i < 20; i++) (await takeLock(folder, cache)).release();
    asking = false;
    await asks;
  });
});

describe('a cache folder that is removed', () => {
  it('is locked again when it is there again', async () => {
    const lock = await take(folder, cache);
    rmSync(cache, { recursive: true });
    await vi.waitFor(() => expect(existsSync(join(cache, 'daemon.json'))).toBe(true), 10_000);
    await expect(takeLock(join(root, 'other'), cache)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
    lock.announce(announcement);
    expect(readFileSync(join(cache, 'daemon.json'), 'utf8')).toContain('"port":1');
  });

  it("is lost when another daemon was faster, which the first one's is told", async () => {
    const lock = await take(folder, cache);
    rmSync(cache, { recursive: true });
    await take(join(root, 'other'), cache);
    expect(await lock.lost).toContain(`process ${process.pid}`);
  });
});
