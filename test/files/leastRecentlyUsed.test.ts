/** Folders of limited size: what was not used for longest goes first, and what vanishes by itself hinders nobody. */

import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeBytes } from '../../daemon/src/files/freeBytes.ts';
import { filesByUse, shrink, surplus } from '../../daemon/src/files/leastRecentlyUsed.ts';
import { writeFileAtomicSync } from '../../daemon/src/files/writeFile.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-used-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, bytes: number, usedAt: number) => {
  writeFileSync(join(folder, name), new Uint8Array(bytes));
  utimesSync(join(folder, name), usedAt, usedAt);
};
const all = () => true;

describe('a folder of limited size', () => {
  it('is listed by use, without what is not counted or is there no longer', () => {
    put('new.a', 1, 300);
    put('old.a', 2, 100);
    put('other.b', 3, 200);
    // Gone by the time that it is looked at, as a link to nowhere is.
    symlinkSync(join(folder, 'nowhere'), join(folder, 'gone.a'));
    const files = filesByUse(folder, (name) => name.endsWith('.a'));
    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ['old.a', 2],
      ['new.a', 1],
    ]);
    expect(filesByUse(join(folder, 'missing'), all)).toEqual([]);
  });

  it('loses as many as have to go, and no more', () => {
    for (const age of [1, 2, 3]) put(`${age}`, 10, age);
    shrink(folder, all, 30);
    expect(readdirSync(folder)).toHaveLength(3);
    shrink(folder, all, 29);
    expect(readdirSync(folder).sort()).toEqual(['2', '3']);
    shrink(folder, all, -1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('may ask for more than there is', () => {
    const files = [{ size: 1 }, { size: 2 }];
    expect(surplus(files, -1)).toEqual(files);
    expect(surplus([], -1)).toEqual([]);
  });
});

describe('a file that is written piece by piece', () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  function* piecesOf(error: Error | null) {
    yield Buffer.from('one');
    if (error !== null) throw error;
    yield Buffer.from('two');
  }

  it('is there whole', () => {
    const path = join(folder, 'out');
    writeFileAtomicSync(path, piecesOf(null));
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('or not at all, with the old one untouched', () => {
    const path = join(folder, 'out');
    writeFileSync(path, 'old');
    expect(() => writeFileAtomicSync(path, piecesOf(full))).toThrow(
      expect.objectContaining({ code: 'DISK_FULL' }),
    );
    expect(readdirSync(folder)).toEqual(['out']);
    expect(() => writeFileAtomicSync(join(folder, 'missing/out'), piecesOf(null))).toThrow(
      expect.objectContaining({ code: 'WRITE_FAILED' }),
    );
    expect(existsSync(join(folder, 'missing'))).toBe(false);
  });
});

it('the free space of a folder that is not there yet is that of the disk it will be on', () => {
  expect(freeBytes(join(folder, 'a/b/c'))).toBeGreaterThan(0);
});
