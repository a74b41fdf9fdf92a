/** @file A picture goes to where a person wants it: through links, over a file that keeps its mode, into pipes and devices. */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { requirePictureOut } from '../../daemon/src/cli/pictureOut.ts';
import { requireWritable, writeWhereItLeads } from '../../daemon/src/files/destination.ts';

const folder = mkdtempSync(join(tmpdir(), 'destination-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(at(name), { recursive: true });
});

const PICTURE = Buffer.from('a picture');
/** More than a pipe holds. */
const LARGE = Buffer.alloc(300_000, 'picture');
const isWindows = process.platform === 'win32';

/** What a command does: looks first, then writes. */
async function write(path: string): Promise<void> {
  await requireWritable(path);
  await writeWhereItLeads(path, PICTURE);
}

describe('a file', () => {
  test.each(['out.png', '🐯 tiger, "final" (2).png', `${'x'.repeat(251)}.png`, 'ü'.repeat(127)])(
    'is made under the name %s, and nothing else',
    async (name) => {
      await requireWritable(at(name));
      expect(readdirSync(folder)).toEqual([]);
      await writeWhereItLeads(at(name), PICTURE);
      expect(readdirSync(folder)).toEqual([name]);
      expect(readFileSync(at(name))).toEqual(PICTURE);
    },
  );

  test.skipIf(isWindows).each([0o600, 0o664, 0o640, 0o755])('keeps its mode %i', async (mode) => {
    writeFileSync(at('out.png'), 'a longer old text');
    chmodSync(at('out.png'), mode);
    await write(at('out.png'));
    expect(statSync(at('out.png')).mode & 0o7777).toBe(mode);
    expect(readFileSync(at('out.png'))).toEqual(PICTURE);
    expect(readdirSync(folder)).toEqual(['out.png']);
  });

  test.skipIf(process.getuid?.() !== 0)('keeps its owner', async () => {
    writeFileSync(at('out.png'), 'old');
    chownSync(at('out.png'), 1234, 4321);
    await write(at('out.png'));
    expect(statSync(at('out.png'))).toMatchObject({ uid: 1234, gid: 4321 });
  });
});

describe.skipIf(isWindows)('a link', () => {
  test.each([
    ['to a file', 'out.png', 'old'],
    ['to nothing', 'new.png', null],
  ])('%s stays, and what it leads to is written', async (_, target, old) => {
    mkdirSync(at('real'));
    if (old !== null) writeFileSync(at(`real/${target}`), old);
    symlinkSync(`real/${target}`, at('second'));
    symlinkSync(at('second'), at('first.png'));
    await write(at('first.png'));
    expect([readlinkSync(at('first.png')), readlinkSync(at('second'))]).toEqual([
      at('second'),
      `real/${target}`,
    ]);
    expect(readFileSync(at(`real/${target}`))).toEqual(PICTURE);
    expect(readdirSync(at('real'))).toEqual([target]);
  });

  test('to itself is refused', async () => {
    symlinkSync('circle.png', at('circle.png'));
    await expect(requireWritable(at('circle.png'))).rejects.toThrow(/links lead in a circle/);
  });
});

describe.skipIf(process.platform !== 'linux')('what is no file', () => {
  test('a pipe gets the picture, and stays a pipe', async () => {
    execFileSync('mkfifo', [at('pipe.png')]);
    await requireWritable(at('pipe.png'));
    const [bytes] = await Promise.all([readFile(at('pipe.png')), writeWhereItLeads(at('pipe.png'), LARGE)]);
    expect(bytes.equals(LARGE)).toBe(true);
    expect(lstatSync(at('pipe.png')).isFIFO()).toBe(true);
  });

  test('a pipe that nobody reads can be left', async () => {
    execFileSync('mkfifo', [at('pipe.png')]);
    const written = writeWhereItLeads(at('pipe.png'), PICTURE, AbortSignal.timeout(1));
    await expect(written).rejects.toThrow(expect.objectContaining({ code: 'CANCELLED' }));
  });

  test('a device that cannot be opened is found before the work', async () => {
    // Nothing is behind a terminal that this process has not.
    symlinkSync('/dev/tty', at('terminal.png'));
    const refused = await requireWritable(at('terminal.png')).catch((error: unknown) => error);
    const opens = await open('/dev/tty', 'w').catch(() => null);
    await opens?.close();
    if (opens === null) expect(refused).toMatchObject({ code: 'WRITE_FAILED' });
    else expect(refused).toBeUndefined();
  });

  test('a look at a pipe does not end it for its reader', async () => {
    execFileSync('mkfifo', [at('pipe.png')]);
    const read = readFile(at('pipe.png'));
    await requireWritable(at('pipe.png'));
    await writeWhereItLeads(at('pipe.png'), PICTURE);
    expect(await read).toEqual(PICTURE);
  });

  /** A device in a folder of ours, so that a fault replaces this one and not the machine's. */
  test.each(['null', 'full'])('a link to the device %s leads to the device', async (device) => {
    symlinkSync(`/dev/${device}`, at('device.png'));
    await requireWritable(at('device.png'));
    const written = writeWhereItLeads(at('device.png'), PICTURE);
    if (device === 'null') await written;
    else await expect(written).rejects.toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
    expect(lstatSync(at('device.png')).isSymbolicLink()).toBe(true);
    expect(statSync(`/dev/${device}`).isCharacterDevice()).toBe(true);
    expect(readdirSync(folder)).toEqual(['device.png']);
  });
});

describe('what cannot be written is found before the work', () => {
  const refused = (code: string, words: RegExp) =>
    expect.objectContaining({ code, message: expect.stringMatching(words) });

  test.each([
    ['300 letters', 'x'.repeat(300), 'WRITE_FAILED', /name is too long/],
    ['no name', '', 'OPTION_INVALID', /--out is empty/],
    ['a folder', '.', 'WRITE_FAILED', /is a folder/],
    ['a folder that is not there', 'new/', 'WRITE_FAILED', /There is no folder .*new\/\. Make it first/],
    ['a file in no folder', 'nowhere/x.png', 'WRITE_FAILED', /folder does not exist.*make it first/],
    ['a file in a file', 'file.png/x.png', 'WRITE_FAILED', /folder is a file/],
    ['a file as a folder', 'file.png/', 'WRITE_FAILED', /folder is a file/],
  ])('%s', async (_, name, code, words) => {
    writeFileSync(at('file.png'), 'old');
    const out = name === '' ? '' : `${folder}/${name}`;
    await expect(requirePictureOut(out)).rejects.toThrow(refused(code, words));
    expect(readdirSync(folder)).toEqual(['file.png']);
  });

  test.each(['jxl', 'heif', 'JFIF', 'heic', 'jpg', 'psb', 'jp2'])('the name of a .%s', async (extension) => {
    const out = at(`tiger.${extension}`);
    await expect(requirePictureOut(out)).rejects.toThrow(refused('OPTION_INVALID', /tiger\.png/));
  });

  test.each([at('tiger.PNG'), at('tiger'), at('v1.5')])('but not %s', async (out) => {
    await requirePictureOut(out);
    expect(existsSync(out)).toBe(false);
  });
});
