/** @file A file is written whole or not at all. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type WriteBytes, writeFileAtomic } from '../../daemon/src/files/writeFile.ts';

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
