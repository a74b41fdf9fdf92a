/** @file A file is written whole or not at all. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readableBytes } from '@palimpsest/protocol';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type WriteBytes, writeError, writeFileAtomic } from '../../daemon/src/files/writeFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'write-'));
const path = join(folder, 'out.png');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});

const NEW = Buffer.from('new');

describe('a file', () => {
  test('is written, and nothing else', async () => {
    await writeFileAtomic(path, NEW);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['out.png']);
  });

  test('replaces an older one', async () => {
    writeFileSync(path, 'a longer old text');
    await writeFileAtomic(path, NEW);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test('may have a name as long as the file system allows', async () => {
    const long = join(folder, 'x'.repeat(255));
    await writeFileAtomic(long, NEW);
    expect(readFileSync(long, 'utf8')).toBe('new');
  });
});

describe('what hinders a write is said in words', () => {
  const failing = (code: string): string => {
    const cause = Object.assign(new Error(`${code}: raw words of the system`), { code });
    return writeError(path, cause).message;
  };

  test.each([
    ['EMFILE', /too many files are open/],
    ['ENFILE', /too many files are open on this machine/],
    ['EBUSY', /another program uses it/],
    ['EFBIG', /larger than this disk takes/],
    ['EIO', /the disk reports a fault/],
  ])('%s', (code, words) => {
    expect(failing(code)).toMatch(words);
    expect(failing(code)).not.toContain('raw words');
  });

  test('a folder that takes no files is not said to be missing', () => {
    expect(failing('ENOENT')).toMatch(/no file can be made in its folder/);
    expect(
      writeError(join(folder, 'none/x.png'), Object.assign(new Error(), { code: 'ENOENT' })).message,
    ).toMatch(/its folder does not exist/);
  });
});

test.each([
  [8.5e9, '8.5 GB'],
  [999.6e6, '1.0 GB'],
  [640e6, '640 MB'],
  [10e6, '10 MB'],
  [2.54e6, '2.5 MB'],
])('%d bytes are told as %s', (bytes, told) => {
  expect(readableBytes(bytes)).toBe(told);
});

describe('a full disk', () => {
  /** Writes half, then meets the end of the disk. */
  const runOut: WriteBytes = async (file, bytes) => {
    await file.writeFile(bytes.subarray(0, 1));
    throw Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC' });
  };
  /** The kernel's own full device. */
  const writeToFull: WriteBytes = async (_, bytes) => {
    const full = await open('/dev/full', 'w');
    try {
      await full.writeFile(bytes);
    } finally {
      await full.close();
    }
  };

  const kernels: [string, WriteBytes][] =
    process.platform === 'linux' ? [['as the kernel reports it', writeToFull]] : [];
  test.each<[string, WriteBytes]>([['half way', runOut], ...kernels])(
    '%s leaves the old file and no part of the new',
    async (_, write) => {
      writeFileSync(path, 'old');
      await expect(writeFileAtomic(path, NEW, write)).rejects.toThrow(
        expect.objectContaining({ code: 'DISK_FULL', message: expect.stringContaining(path) }),
      );
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(folder)).toEqual(['out.png']);
    },
  );
});

describe('a place that cannot be written', () => {
  const failed = expect.objectContaining({
    code: 'WRITE_FAILED',
    message: expect.stringContaining('Check that'),
  });

  test('as its folder is missing', async () => {
    await expect(writeFileAtomic(join(folder, 'nowhere/out.png'), NEW)).rejects.toThrow(failed);
  });

  test('as its folder is a file', async () => {
    writeFileSync(path, 'old');
    await expect(writeFileAtomic(join(path, 'out.png'), NEW)).rejects.toThrow(failed);
  });

  test('as it is a folder, and no part is left', async () => {
    mkdirSync(join(path, 'inside'), { recursive: true });
    await expect(writeFileAtomic(path, NEW)).rejects.toThrow(failed);
    expect(readdirSync(folder)).toEqual(['out.png']);
  });
});
