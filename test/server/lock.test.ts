/** One daemon at a time, also when two start at the same moment. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../daemon/src/server/lock.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-lock-'));
  file = join(folder, 'daemon.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What another process writes, one that is alive. */
const others = JSON.stringify({ pid: process.ppid, daemon: null });
const announcement = {
  port: 1,
  version: '0',
  device: 'cpu',
  precision: 'fp32',
  models: { directories: [], models: {}, elsewhere: false },
} as const;

describe('the lock', () => {
  it('that another is just writing is not taken for a damaged one', async () => {
    writeFileSync(file, '');
    setTimeout(() => writeFileSync(file, others), 20);
    await expect(takeLock(folder)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
    expect(readFileSync(file, 'utf8')).toBe(others);
  });

  it.each([
    ['damaged', '{"pid":'],
    ['of a process that is gone', '{"pid":2147483647,"daemon":null}'],
  ])('that is %s is taken', async (_, left) => {
    writeFileSync(file, left);
    const lock = await takeLock(folder);
    lock.announce(announcement);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid, daemon: { port: 1 } });
    lock.release();
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
  });

  it('that another has taken since is left to it', async () => {
    const lock = await takeLock(folder);
    writeFileSync(file, others);
    expect(() => lock.announce(announcement)).toThrow(/at the same moment/);
    lock.release();
    expect(readFileSync(file, 'utf8')).toBe(others);
  });
});
