/** Commands that find a running daemon: it does the work, and the files are the same byte for byte. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DaemonClient, type JobRecord } from '@palimpsest/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { GOLDEN, MODEL } from '../golden.ts';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { inProcess } from './inProcess.ts';
import { palimpsest, start, told } from './palimpsest.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-with-daemon-'));
/** Of the command alone: what the daemon does leaves nothing there. */
const cache = join(folder, 'cache');
const picture = join(GOLDEN, 'image.png');
const at = (name: string) => join(folder, name);
const options = ['--model', MODEL, '--steps', '2', '--json'];
const prompts = ['--from', 'a dog', '--to', 'a tiger'];
const words = [...prompts, '--inner-steps', '1'];

let daemon: StartedDaemon;
let client: DaemonClient;
const configBefore = process.env.PALIMPSEST_CONFIG;
beforeAll(async () => {
  daemon = await startDaemon(somePort());
  process.env.PALIMPSEST_CONFIG = daemon.env.PALIMPSEST_CONFIG;
  const urls = [`ws://127.0.0.1:${daemon.port}/rpc`];
  client = await DaemonClient.connect({ urls, token: daemon.token, webSocket: WebSocket });
  const half = await sharp({ create: { width: 64, height: 128, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  await sharp({ create: { width: 128, height: 128, channels: 3, background: 'black' } })
    .composite([{ input: half, left: 0, top: 0 }])
    .png()
    .toFile(at('mask.png'));
  await sharp(picture).tiff().toFile(at('picture.tiff'));
});
afterAll(async () => {
  if (configBefore === undefined) delete process.env.PALIMPSEST_CONFIG;
  else process.env.PALIMPSEST_CONFIG = configBefore;
  client.close();
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

const jobs = async (): Promise<JobRecord[]> => (await client.call('jobs.list', {})).jobs;
/** But for what is said of every picture, since the golden model knows none. */
const notices = (stderr: string): string[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{"notice"'))
    .map((line) => JSON.parse(line).notice)
    .filter((notice) => !/^The model sees this picture poorly/.test(notice));

/** Said of any work in so few steps, as these tests have. */
const FEW_STEPS = expect.stringMatching(/^2 steps are few|^A single step/);

describe('with a daemon running', () => {
  it('an edit is done there, with the same progress, result and bytes', async () => {
    const masked = ['--mask', at('mask.png'), '--context', '0.2', '--feather', '3'];
    const edit = ['edit', picture, ...options, ...words, ...masked];
    const there = await palimpsest(cache, ...edit, '--out', at('there.png'));
    expect(there.status, there.stderr).toBe(0);
    expect((await jobs()).map(({ state, request }) => [state, request.kind])).toEqual([['done', 'edit']]);
    expect(existsSync(cache)).toBe(false);
    expect(notices(there.stderr)).toEqual([FEW_STEPS]);

    const here = await inProcess(cache, ...edit, '--no-daemon', '--out', at('here.png'));
    expect(here.status, here.stderr).toBe(0);
    expect(await jobs()).toHaveLength(1);
    expect(readFileSync(at('there.png')).equals(readFileSync(at('here.png')))).toBe(true);
    expect({ ...JSON.parse(there.stdout), out: '' }).toEqual({ ...JSON.parse(here.stdout), out: '' });
    const stages = (text: string) =>
      new Set([...text.matchAll(/"stage":"(\w+)"/g)].map(([, stage]) => stage));
    expect(stages(there.stderr)).toEqual(stages(here.stderr));
  });

  it('an inversion is made there, once', async () => {
    const invert = ['invert', picture, ...options, '--from', 'a dog', '--mode', 'instant'];
    const [there, here] = [
      await inProcess(cache, ...invert),
      await inProcess(cache, ...invert, '--no-daemon'),
    ];
    const made = JSON.parse(there.stdout);
    expect(made).toMatchObject({ reused: false, canvas: { width: 128, height: 128 } });
    expect(JSON.parse(here.stdout)).toEqual(made);
    const again = await inProcess(cache, ...invert);
    expect(JSON.parse(again.stdout)).toEqual({ ...made, reused: true });
  });

  it('a picture is drawn there', async () => {
    const draw = ['generate', 'a cat', ...options];
    await inProcess(cache, ...draw, '--out', at('drawn-there.png'));
    await inProcess(cache, ...draw, '--no-daemon', '--out', at('drawn-here.png'));
    expect((await jobs()).filter(({ request }) => request.kind === 'generate')).toHaveLength(1);
    expect(readFileSync(at('drawn-there.png')).equals(readFileSync(at('drawn-here.png')))).toBe(true);
  });

  it('a word that is named twice is refused there as here', async () => {
    const twice = ['edit', picture, ...options, ...words, '--weight', 'tiger=2', '--weight', 'Tiger=3'];
    for (const where of [[], ['--no-daemon']]) {
      const { stdout } = await inProcess(cache, ...twice, ...where, '--out', at('none.png'));
      expect(JSON.parse(stdout).error).toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringContaining('named for "tiger"'),
      });
    }
  });

  it("the job's error is the command's", async () => {
    const wrong = ['edit', picture, ...options, ...words, '--weight', 'lion=2', '--out', at('none.png')];
    const { status, stdout } = await inProcess(cache, ...wrong);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'WORD_NOT_FOUND' });
    expect(existsSync(at('none.png'))).toBe(false);
  });

  it.each([
    ['of a model that it does not have', ['--model', join(GOLDEN, '../modelA/unet')], picture, /--models/, 1],
    [
      'with an option that the wire lacks',
      ['--model', MODEL, '--threads', '1'],
      picture,
      /takes no --threads from a command/,
      0,
    ],
    ['of a file that the wire does not take', ['--model', MODEL], at('picture.tiff'), /does not take/, 0],
  ])('an edit %s is done without it, and says so', async (_, more, file, why, status) => {
    const before = await jobs();
    const quick = ['--steps', '1', '--method', 'ddim', '--json', ...prompts];
    const done = await inProcess(cache, 'edit', file, ...quick, ...more, '--out', at('without.png'));
    expect(done.status, done.stderr).toBe(status);
    expect(notices(done.stderr)).toEqual([expect.stringMatching(why), ...(status === 0 ? [FEW_STEPS] : [])]);
    expect(await jobs()).toHaveLength(before.length);
  });

  it('an edit on whatever device there is, is done there', async () => {
    const before = await jobs();
    const quick = ['--steps', '1', '--method', 'ddim', '--json', '--device', 'auto', ...prompts];
    const done = await inProcess(cache, 'edit', picture, '--model', MODEL, ...quick, '--out', at('auto.png'));
    expect(notices(done.stderr)).toEqual([FEW_STEPS]);
    expect(await jobs()).toHaveLength(before.length + 1);
  });

  it('a setting of the environment that is none is refused, as it is without a daemon', async () => {
    vi.stubEnv('PALIMPSEST_DEVICE', 'moon');
    const edit = ['edit', picture, '--model', MODEL, '--json', ...words, '--out', at('no.png')];
    const { status, stdout } = await inProcess(cache, ...edit);
    vi.unstubAllEnvs();
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error.facts).toMatchObject({ key: 'device', source: 'PALIMPSEST_DEVICE' });
  });

  it('a file that is not there is all that is told', async () => {
    const edit = ['edit', at('nowhere.png'), '--model', MODEL, '--json', ...words, '--out', at('no.png')];
    const { status, stdout, stderr } = await inProcess(cache, ...edit);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'PICTURE_UNREADABLE' });
    expect(notices(stderr)).toEqual([]);
  });

  it.each([
    ['no picture', () => Buffer.from('nothing'), 'PICTURE_UNREADABLE'],
    ['a picture that is cut short', () => readFileSync(picture).subarray(0, 9000), 'PICTURE_UNREADABLE'],
    ['a dot', () => sharp(picture).resize(8, 8).png().toBuffer(), 'PICTURE_TOO_SMALL'],
  ])('%s is told by its name, and nothing else is', async (_, bytes, code) => {
    const bad = at('bad.png');
    writeFileSync(bad, await bytes());
    const quick = [...options, '--mode', 'instant', '--out', at('no.png')];
    const told = async (...args: string[]) => {
      const { stdout, stderr } = await inProcess(cache, ...args, ...quick);
      expect(notices(stderr).filter((notice) => !/steps/.test(notice))).toEqual([]);
      return JSON.parse(stdout).error;
    };
    const expected = {
      code,
      message: expect.stringContaining(bad),
      facts: expect.objectContaining({ picture: bad }),
    };
    expect(await told('edit', bad, ...prompts)).toEqual(expected);
    expect(await told('edit', picture, '--mask', bad, ...prompts)).toEqual(expected);
  });

  it('Ctrl-C stops the job there', async () => {
    const slow = ['edit', picture, '--model', MODEL, '--json', ...prompts, '--out', at('no.png')];
    const { child, finished } = start(cache, [...slow, '--seed', '7']);
    await told(child, '"stage":"optimise"');
    child.kill('SIGINT');
    const { status, stdout } = await finished;
    expect(status).toBe(130);
    expect(JSON.parse(stdout).error).toEqual({
      code: 'CANCELLED',
      message: 'Stopped. What was learned is kept: the same command goes on from there.',
      facts: {},
    });
    expect((await jobs())[0]?.state).toBe('cancelled');
    expect(readdirSync(folder)).not.toContain('no.png');
  });

  it('more than 8 bits a channel are told of, wherever the work is done', async () => {
    await sharp(picture).toColourspace('rgb16').png().toFile(at('deep.png'));
    const edit = ['edit', at('deep.png'), ...options, '--mode', 'instant', ...prompts];
    for (const where of [[], ['--no-daemon']]) {
      const { status, stderr } = await inProcess(cache, ...edit, ...where, '--out', at('shallow.png'));
      expect(status, stderr).toBe(0);
      expect(notices(stderr)).toEqual([
        FEW_STEPS,
        expect.stringMatching(/^The picture has more than 8 bits.*result has 8/),
      ]);
    }
  });

  it.skipIf(process.platform === 'win32')('a picture may come through a pipe', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const edit = ['edit', at('pipe'), ...options, '--mode', 'instant', ...prompts];
    const [{ status, stderr }] = await Promise.all([
      inProcess(cache, ...edit, '--out', at('piped.png')),
      writeFile(at('pipe'), readFileSync(picture)),
    ]);
    expect(status, stderr).toBe(0);
    expect(notices(stderr)).toEqual([expect.stringMatching(/does not take .*pipe/), FEW_STEPS]);
  });
});
