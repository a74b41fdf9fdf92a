/** "Nothing leaves your machine": what our processes leave behind in a home, and whom they speak to. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { GOLDEN, MODEL } from '../golden.ts';
import { somePort, startDaemon } from '../server/daemon.ts';
import { start } from './palimpsest.ts';

/** In ms. A runtime that reports waits before it does: ONNX Runtime 1.30 asked for an address after nine seconds. */
const PATIENCE = 15_000;

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-quiet-'));
const cache = join(folder, 'cache');
const home = join(folder, 'home');
const temporary = join(folder, 'temporary');
const trace = join(folder, 'trace');
const picture = join(GOLDEN, 'image.png');
const edit = ['edit', picture, '--from', 'a dog', '--to', 'a tiger', '--model', MODEL, '--steps', '3'];
const more = ['--inner-steps', '2', '--out', join(folder, 'edited.png')];

/** A user's, of whom nothing is known yet. What this process told the runtime is taken away again. */
const environment = {
  HOME: home,
  XDG_CACHE_HOME: join(home, 'cache'),
  XDG_CONFIG_HOME: join(home, 'config'),
  XDG_DATA_HOME: join(home, 'data'),
  TMPDIR: temporary,
  ORT_DISABLE_TELEMETRY: undefined,
};

/** The program's process stays the one that was started; the tracer is a grandchild. */
const traced = ['strace', '-D', '-f', '-o', trace, '-e', 'trace=%network'];
const canTrace = spawnSync('strace', ['-o', join(folder, 'try'), 'true']).status === 0;
const requireTracer = (context: TestContext): void =>
  context.skip(!canTrace, 'strace is not there, or may not be used: who is spoken to cannot be seen');

beforeEach(() => {
  for (const place of [home, temporary]) {
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const filesIn = (place: string): string[] => readdirSync(place, { recursive: true, encoding: 'utf8' });

/** What lies outside the folders that are named for us, but for what tsx has translated. */
const leftBehind = (): string[] => [
  ...filesIn(home),
  ...filesIn(temporary).filter((name) => !/^tsx-/.test(name)),
];

/** System calls that reach for another machine, or for its address, which a service of this machine may know. */
function reachedOut(): string[] {
  const calls = readFileSync(trace, 'utf8').split('\n');
  expect(calls.length, 'a trace').toBeGreaterThan(10);
  return calls.filter((call) => {
    if (/port=htons\(53\)|\/nscd\//.test(call)) return true;
    const [, address] = /inet(?:_addr\(|_pton\(AF_INET6, )"([^"]+)"/.exec(call) ?? [];
    return address !== undefined && !/^(127\.|::1$|::ffff:127\.)/.test(address);
  });
}

describe('nothing leaves the machine', () => {
  it('when a picture is edited on the command line', async () => {
    const { status, stderr } = await start(cache, [...edit, ...more, '--no-daemon'], environment).finished;
    expect(status, stderr).toBe(0);
    expect(leftBehind()).toEqual([]);
  });

  it('when devices are tried', async () => {
    const { stdout } = await start(cache, ['doctor', '--json'], environment).finished;
    expect(stdout).toContain('ONNX Runtime');
    expect(leftBehind()).toEqual([]);
  });

  it('when a daemon edits a picture and stays', async (context) => {
    requireTracer(context);
    const daemon = await startDaemon(somePort(), environment, undefined, traced);
    try {
      const { PALIMPSEST_CONFIG } = daemon.env;
      const { finished } = start(cache, [...edit, ...more], { ...environment, PALIMPSEST_CONFIG });
      const { status, stderr } = await finished;
      expect(status, stderr).toBe(0);
      await wait(PATIENCE);
    } finally {
      await daemon.stop();
    }
    expect({ files: leftBehind(), calls: reachedOut() }).toEqual({ files: [], calls: [] });
  });
});

describe('a process that loads the runtime without the command line', () => {
  const before = process.env.XDG_CACHE_HOME;
  beforeAll(() => {
    process.env.XDG_CACHE_HOME = environment.XDG_CACHE_HOME;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  });

  it('is as quiet: a test, a benchmark', async () => {
    const { builtInDevices } = await import('../../daemon/src/execution/devices.ts');
    const { Session } = await import('../../daemon/src/execution/session.ts');
    expect(builtInDevices()).toContain('cpu');
    await expect(Session.load(Uint8Array.of(1, 2, 3), null)).rejects.toThrow('could not load');
    expect(existsSync(environment.XDG_CACHE_HOME)).toBe(false);
  });
});
