/** The main job from one command: a photograph in, an edited PNG of its size out. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INVERSION_METHODS, InversionOptions } from '@palimpsest/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOLDEN, MODEL } from '../golden.ts';
import { inProcess } from './inProcess.ts';
import { palimpsest, start, told } from './palimpsest.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-cli-'));
const cache = join(folder, 'cache');
const photo = join(folder, 'photo.jpg');
const quick = ['--model', MODEL, '--steps', '3', '--inner-steps', '2', '--json'];
const words = ['--from', 'a black and white dog', '--to', 'a black and white tiger'];

beforeAll(async () => {
  // As a phone takes it: not square, stored lying down.
  const upright = sharp(join(GOLDEN, 'image512.png')).resize(300, 200, { fit: 'cover' });
  await upright.withMetadata({ orientation: 6 }).jpeg().toFile(photo);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('palimpsest edit', () => {
  it('inverts, edits, and writes a PNG of the size of the picture', async () => {
    const out = join(folder, 'edited.png');
    const { status, stdout, stderr } = await palimpsest(
      cache,
      'edit',
      photo,
      ...quick,
      ...words,
      '--out',
      out,
    );
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ out, width: 200, height: 300, kind: 'replace' });
    expect(await sharp(out).metadata()).toMatchObject({ format: 'png', width: 200, height: 300 });
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const stages = lines.flatMap(({ stage }) => stage ?? []);
    expect(new Set(stages)).toEqual(new Set(['invert', 'optimise', 'edit']));
    expect(lines.flatMap(({ notice }) => notice ?? [])).toEqual([
      expect.stringContaining('3 steps are few'),
      // The golden model knows no picture.
      expect.stringContaining('sees this picture poorly'),
    ]);
  });

  it('uses the inversion that is there for the next edit', async () => {
    const other = ['--from', 'a black and white dog', '--to', 'a black and white dog in the snow'];
    const out = join(folder, 'second.png');
    const { status, stdout, stderr } = await inProcess(
      cache,
      'edit',
      photo,
      ...quick,
      ...other,
      '--out',
      out,
    );
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'refine' });
    expect(stderr).not.toContain('optimise');
  });

  it('leaves the pixels outside a mask as they are, bit for bit', async () => {
    const mask = join(folder, 'mask.png');
    const white = await sharp({ create: { width: 100, height: 300, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    await sharp({ create: { width: 200, height: 300, channels: 3, background: 'black' } })
      .composite([{ input: white, left: 0, top: 0 }])
      .png()
      .toFile(mask);
    const out = join(folder, 'masked.png');
    const { status, stderr } = await inProcess(
      cache,
      'edit',
      photo,
      ...quick,
      ...words,
      '--mask',
      mask,
      '--out',
      out,
    );
    expect(status, stderr).toBe(0);
    const right = { left: 100, top: 0, width: 100, height: 300 };
    const pixels = (path: string) =>
      sharp(path).rotate().toColourspace('srgb').removeAlpha().raw().toBuffer();
    const cut = async (path: string) =>
      sharp(await pixels(path), { raw: { width: 200, height: 300, channels: 3 } })
        .extract(right)
        .raw()
        .toBuffer();
    expect(await cut(out)).toEqual(await cut(photo));
    expect(await pixels(out)).not.toEqual(await pixels(photo));
  });

  it('stops cleanly on Ctrl-C, keeps what it learned, and goes on from there', async () => {
    const resumable = [
      'edit',
      photo,
      '--model',
      MODEL,
      '--steps',
      '3',
      '--inner-steps',
      '4',
      '--json',
      ...words,
    ];
    const out = join(folder, 'stopped.png');
    const { child, finished } = start(cache, [...resumable, '--out', out]);
    // 4 iterations at the first timestep: the 5th is the second's first.
    await told(child, '"stage":"optimise","step":5');
    child.kill('SIGINT');
    const stopped = await finished;
    expect(stopped.status).toBe(130);
    expect(JSON.parse(stopped.stdout).error).toEqual({
      code: 'CANCELLED',
      message: 'Stopped. What was learned is kept: the same command goes on from there.',
      facts: {},
    });
    expect(readdirSync(folder)).not.toContain('stopped.png');

    const resumed = await inProcess(cache, ...resumable, '--out', out);
    expect(resumed.status, resumed.stderr).toBe(0);
    const steps = [...resumed.stderr.matchAll(/"stage":"optimise","step":(\d+)/g)].map(([, step]) =>
      Number(step),
    );
    expect(steps[0]).toBe(5);
  });
});

describe('palimpsest style', () => {
  it('writes a PNG of the size of the content, and refuses a method that learns no values', async () => {
    const out = join(folder, 'styled.png');
    const prompts = ['--from', 'a black and white dog', '--style-from', 'a painting'];
    const style = join(GOLDEN, 'image.png');
    const run = (...extra: string[]) =>
      inProcess(cache, 'style', photo, style, ...quick, ...prompts, '--out', out, ...extra);
    const { status, stdout, stderr } = await run();
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ out, width: 200, height: 300 });
    expect(await sharp(out).metadata()).toMatchObject({ format: 'png', width: 200, height: 300 });
    const refused = await run('--mode', 'instant');
    expect(refused.status).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'OPTION_INVALID' } });
  });
});

describe('palimpsest style --help', () => {
  it('offers of inversions what StyleDiffusion or the walk of the content takes, and nothing that is refused', async () => {
    const { stdout } = await inProcess(cache, 'style', '--help');
    const offered = [...stdout.matchAll(/^ {2}--(?:no-)?([a-z-]+)/gm)].map(([, flag]) =>
      flag!.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
    );
    const own = Object.keys(INVERSION_METHODS.styleDiffusion.options);
    const heeded = ['steps', 'guidance', 'seed', 'size', ...own];
    const known = Object.keys(InversionOptions.shape);
    expect(new Set(offered.filter((name) => known.includes(name)))).toEqual(new Set(heeded));
    expect(stdout).not.toContain('"keys"');
  });
});

describe('palimpsest generate', () => {
  it('draws a picture', async () => {
    const out = join(folder, 'generated.png');
    const { status, stderr } = await inProcess(
      cache,
      'generate',
      'a cat',
      '--model',
      MODEL,
      '--steps',
      '2',
      '--width',
      '192',
      '--out',
      out,
    );
    expect(status, stderr).toBe(0);
    expect(await sharp(out).metadata()).toMatchObject({ width: 192, height: 128 });
  });
});

describe('palimpsest generate, stopped', () => {
  it('does not speak of learning, since nothing was learned', async () => {
    const draw = ['generate', 'a cat', '--model', MODEL, '--steps', '500', '--json'];
    const { child, finished } = start(cache, [...draw, '--out', join(folder, 'undrawn.png')]);
    await told(child, '"stage":"generate"');
    child.kill('SIGINT');
    const { status, stdout } = await finished;
    expect(status).toBe(130);
    expect(JSON.parse(stdout).error.message).toBe('Stopped. No picture was written.');
  });
});

describe('palimpsest inspect-model', () => {
  it('says what a folder holds', async () => {
    const { status, stdout } = await inProcess(cache, 'inspect-model', MODEL, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'modelA',
      side: 128,
      prediction: 'epsilon',
      styleDiffusion: true,
    });
  });

  it('calls the demo model what "palimpsest models" calls it', async () => {
    const { stdout } = await inProcess(cache, 'inspect-model', '--json');
    expect(JSON.parse(stdout).name).toBe('demo');
  });

  it('estimates what it takes on a device that need not be there', async () => {
    const needs = async (...flags: string[]) => {
      const { status, stdout, stderr } = await inProcess(cache, 'inspect-model', MODEL, '--json', ...flags);
      expect(status, stderr).toBe(0);
      return JSON.parse(stdout).memory;
    };
    const onCard = await needs('--device', 'cuda', '--size', '256');
    expect(onCard).toMatchObject({ device: 'cuda', precision: 'fp32', size: 256 });
    const inHalf = await needs('--device', 'cuda', '--size', '256', '--precision', 'fp16');
    const [careful] = onCard.jobs;
    expect(careful).toMatchObject({ job: 'careful edit' });
    expect(inHalf.jobs[0].usual.own).toBeLessThan(careful.usual.own);
    for (const size of ['100', '4096', 'large']) {
      const { status, stderr } = await inProcess(cache, 'inspect-model', MODEL, '--size', size);
      expect(status).toBe(2);
      expect(stderr).toMatch(/--size: give a multiple of 64/);
    }
  });
});
