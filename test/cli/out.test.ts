/** Where a picture cannot go is said before any work; where it can, it goes, and nothing else does. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOLDEN } from '../golden.ts';
import { PROGRAM } from './palimpsest.ts';
import { asStranger, canBeStranger, give } from './stranger.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-out-'));
const at = (name: string) => join(folder, name);
const env = {
  HOME: at('home'),
  PALIMPSEST_CACHE: at('cache'),
  PALIMPSEST_CONFIG: at('config'),
  PALIMPSEST_DATA: at('data'),
};

beforeAll(() => {
  chmodSync(folder, 0o755);
  for (const name of ['home', 'cache', 'locked', 'own']) mkdirSync(at(name));
  writeFileSync(at('locked/kept.png'), 'old');
  writeFileSync(at('own/protected.png'), 'old');
  for (const name of ['home', 'cache', 'own', 'locked/kept.png', 'own/protected.png']) give(at(name));
  chmodSync(at('locked/kept.png'), 0o640);
  chmodSync(at('own/protected.png'), 0o444);
  chmodSync(at('locked'), 0o555);
});
afterAll(() => {
  chmodSync(at('locked'), 0o755);
  rmSync(folder, { recursive: true });
});

const generate = (out: string, ...more: string[]) =>
  asStranger(env, 'generate', 'a red ball', '--out', out, '--steps', '1', '--no-daemon', '--json', ...more);

describe.skipIf(!canBeStranger)('a user who may not write everywhere', () => {
  it.each(['locked/new.png', 'own/protected.png'])(
    'is told of %s before the model is looked at',
    async (name) => {
      const { status, stdout } = await generate(at(name), '--model', at('no-model'));
      expect(status).toBe(1);
      expect(JSON.parse(stdout.toString()).error).toEqual({
        code: 'WRITE_FAILED',
        message: expect.stringMatching(/not allowed\. Check that you may write/),
        facts: expect.objectContaining({ file: at(name), system: 'EACCES' }),
      });
      expect(readdirSync(at('locked'))).toEqual(['kept.png']);
      expect(readFileSync(at('own/protected.png'), 'utf8')).toBe('old');
    },
  );

  it('may write to a file of their own in a folder that is not', async () => {
    const { status } = await generate(at('locked/kept.png'));
    expect(status).toBe(0);
    expect(await sharp(at('locked/kept.png')).metadata()).toMatchObject({ format: 'png', width: 128 });
    expect(statSync(at('locked/kept.png')).mode & 0o777).toBe(0o640);
  });

  it('may take the picture from the standard output, where nothing else is printed', async () => {
    const { status, stdout, stderr } = await generate('/dev/stdout');
    expect(status).toBe(0);
    expect(stdout.subarray(-8, -4).toString()).toBe('IEND');
    expect(await sharp(stdout).metadata()).toMatchObject({ format: 'png', width: 128 });
    expect(JSON.parse(stderr.trim().split('\n').at(-1)!)).toMatchObject({ out: '/dev/stdout', width: 128 });
    const usual = await generate('-');
    expect(usual.stdout.equals(stdout)).toBe(true);
    expect(JSON.parse(usual.stderr.trim().split('\n').at(-1)!)).toMatchObject({ out: '-', width: 128 });
    const failed = await generate('-', '--model', at('no-model'));
    expect(failed.stdout.toString()).toBe('');
    expect(JSON.parse(failed.stderr.trim().split('\n').at(-1)!).error.code).toBe('MODEL_FOLDER_INVALID');
  });
});

it('a picture may come on the standard input and go to the standard output', async () => {
  const words = ['--from', 'a dog', '--to', 'a cat', '--mode', 'instant', '--steps', '1', '--no-daemon'];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [PROGRAM, 'edit', '-', '--out', '-', ...words],
    {
      env: { ...process.env, ...env, PALIMPSEST_CACHE: at('own/piped') },
      input: readFileSync(join(GOLDEN, 'image.png')),
    },
  );
  expect(status, String(stderr)).toBe(0);
  expect(await sharp(stdout).metadata()).toMatchObject({ format: 'png', width: 128 });
});

it.each([
  ['', 'Nothing comes on the standard input. Let a pipe give a picture, or name a file.'],
  ['words', 'The standard input is no picture that can be read'],
  ['<!doctype html>', 'The standard input is a web page'],
])('what comes on the standard input and is no picture, %j, is named so', (input, told) => {
  const words = ['edit', '-', '--from', 'a dog', '--to', 'a cat', '--no-daemon', '--out', at('own/none.png')];
  const options = { env: { ...process.env, ...env, PALIMPSEST_CACHE: at('own/piped') }, input };
  const { stderr, status } = spawnSync(process.execPath, [PROGRAM, ...words], options);
  expect(String(stderr)).toContain(told);
  expect(status).toBe(1);
});

it.skipIf(!canBeStranger)('a model is no place for a picture', async () => {
  const model = at('own/model');
  writeFileSync(model, 'weights');
  const { status, stdout } = await generate(model, '--model', model);
  expect(status).toBe(2);
  expect(JSON.parse(stdout.toString()).error.message).toMatch(/so that the original stays/);
  expect(readFileSync(model, 'utf8')).toBe('weights');
});
