/** @file Users without a home, as in containers, and temporary folders that cannot be written: work, or a sentence. */

import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOLDEN } from '../golden.ts';
import { asStranger, canBeStranger, give } from './stranger.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-homeless-'));
const at = (name: string) => join(folder, name);
const picture = at('picture.png');
const words = ['--from', 'a red ball', '--to', 'a red star'];
const quick = ['--mode', 'instant', '--steps', '2', '--no-daemon', '--json'];

beforeAll(async () => {
  chmodSync(folder, 0o755);
  for (const name of ['own', 'locked']) mkdirSync(at(name));
  give(at('own'));
  chmodSync(at('locked'), 0o555);
  // With a profile, whose way back needs a temporary file.
  await sharp(join(GOLDEN, 'image.png')).withIccProfile('p3').png().toFile(picture);
});
afterAll(() => {
  chmodSync(at('locked'), 0o755);
  rmSync(folder, { recursive: true });
});

describe.skipIf(!canBeStranger)('without a home folder', () => {
  it.concurrent.each<[string, string[], number, RegExp]>([
    ['models', ['models'], 0, /demo/],
    ['doctor', ['doctor'], 1, /Cache folder .* cannot be written\n.*PALIMPSEST_CACHE/],
    ['clients', ['clients'], 1, /not running/],
    ['photopea', ['photopea', '--no-open'], 1, /not running/],
    [
      'serve',
      ['serve', '--port', '1'],
      1,
      /settings and secrets in .* cannot write there.*PALIMPSEST_CONFIG/,
    ],
    ['models pull', ['models', 'pull', 'clip'], 1, /models that it downloads in .*PALIMPSEST_DATA/],
    ['invert', ['invert', picture, '--from', 'a ball', ...quick], 1, /cannot write there.*PALIMPSEST_CACHE/],
    ['edit', ['edit', picture, ...words, '--out', at('own/x.png'), ...quick], 1, /PALIMPSEST_CACHE/],
    ['generate', ['generate', 'a ball', '--out', at('own/y.png'), '--steps', '1', '--no-daemon'], 0, /Wrote/],
    ['the help', ['edit', '--help'], 0, /Usage/],
  ])('%s ends in a sentence', async (_, args, expected, sentence) => {
    const { status, stdout, stderr } = await asStranger({}, ...args);
    expect(stderr).not.toMatch(/^ +at |Error:/m);
    expect(`${stdout}${stderr}`).toMatch(sentence);
    expect(status, stderr).toBe(expected);
  });

  it.each(['not-there', 'locked'])(
    'and with %s for temporary files, our own folder is enough for an edit',
    async (place) => {
      const env = { TMPDIR: at(place), PALIMPSEST_CACHE: at('own/cache') };
      const out = at(`own/${place}.png`);
      const { status, stderr } = await asStranger(env, 'edit', picture, ...words, '--out', out, ...quick);
      expect(status, stderr).toBe(0);
      expect((await sharp(out).metadata()).icc).toBeDefined();
    },
  );
});

it.skipIf(!canBeStranger)('variables that are empty or no full path do not count', async () => {
  const env = { HOME: '', PALIMPSEST_CACHE: '', XDG_CACHE_HOME: 'relative' };
  const { stdout } = await asStranger(env, 'doctor');
  expect(stdout.toString()).toMatch(/NO {2}Cache folder +\/\S+palimpsest cannot be written/);
});
