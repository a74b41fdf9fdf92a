/** Pictures by their content: found again, kept while held, the ones unused for longest making room. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobStore } from '../../daemon/src/store/blobStore.ts';
import { makeReadOnly, makeWritable } from '../readOnlyDisk.ts';

let folder: string;
let store: BlobStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-blobs-'));
  store = new BlobStore(folder, { maxBytes: 30 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Damages a picture. */
const writeOver = (hash: string, value: number) => writeFileSync(join(folder, hash.slice(7)), ten(value));

/** Ten bytes of one value. */
const ten = (value: number) => new Uint8Array(10).fill(value);
const nowhere = `sha256:${'0'.repeat(64)}` as const;

describe('the store of pictures', () => {
  it('names the bytes by their sha256 and gives them back', async () => {
    const hash = await store.put(new TextEncoder().encode('abc'));
    expect(hash).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(Buffer.from((await store.get(hash))!).toString()).toBe('abc');
    expect(await store.get(nowhere)).toBeNull();
    expect(await store.hold(nowhere)).toBe(false);
  });

  it('works once its folder can be made, if not at first', async () => {
    const inTheWay = join(folder, 'file');
    writeFileSync(inTheWay, '');
    const later = new BlobStore(join(inTheWay, 'blobs'));
    await expect(later.put(ten(1))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    rmSync(inTheWay);
    expect(await later.get(await later.put(ten(1)))).toEqual(Buffer.from(ten(1)));
  });

  it('keeps the same bytes once', async () => {
    const hashes = await Promise.all([store.put(ten(1)), store.put(ten(1)), store.put(ten(1))]);
    expect(new Set(hashes).size).toBe(1);
    expect(await store.size()).toBe(10);
    expect(readdirSync(folder).length).toBe(1);
  });

  it('lets the one go that was not used for longest', async () => {
    const [a, b, c] = [await store.put(ten(1)), await store.put(ten(2)), await store.put(ten(3))];
    await store.get(a);
    const d = await store.put(ten(4));
    expect(await store.get(b)).toBeNull();
    for (const kept of [a, c, d]) expect(await store.get(kept)).not.toBeNull();
    expect(await store.size()).toBe(30);
  });

  it('lets the one go of whoever holds most', async () => {
    const owners = new Map<string, string[]>();
    const shared = new BlobStore(folder, { maxBytes: 60, ownersOf: (hash) => owners.get(hash) ?? [] });
    const put = async (value: number, ...whose: string[]) => {
      const hash = await shared.put(ten(value));
      owners.set(hash, whose);
      shared.ownersChanged(hash);
      return hash;
    };
    const annas = [await put(1, 'anna'), await put(2, 'anna')];
    const both = await put(3, 'anna', 'ben');
    const bens = [await put(4, 'ben')];
    for (let value = 5; value < 20; value++) await put(value, 'greedy');
    for (const kept of [...annas, both, ...bens]) expect(await shared.get(kept)).not.toBeNull();
    expect(await shared.size()).toBe(60);
  });

  it('looks at no more pictures for being full of them', async () => {
    for (let value = 0; value < 200; value++) {
      writeFileSync(join(folder, value.toString(16).padStart(64, '0')), ten(value));
    }
    let looks = 0;
    const ownersOf = () => {
      looks += 1;
      return ['anna'];
    };
    const full = new BlobStore(folder, { maxBytes: 2000, ownersOf });
    expect(await full.size()).toBe(2000);
    looks = 0;
    for (let value = 200; value < 210; value++) await full.put(ten(value));
    expect(await full.size()).toBe(2000);
    expect(looks).toBeLessThan(100);
  });

  it('keeps so many and no more, however small they are', async () => {
    const few = new BlobStore(folder, { maxBytes: 1000, maxBlobs: 5 });
    const hashes = [];
    for (let value = 0; value < 8; value++) hashes.push(await few.put(ten(value)));
    expect(readdirSync(folder).length).toBe(5);
    expect(await few.get(hashes[2]!)).toBeNull();
    expect(await few.get(hashes[3]!)).not.toBeNull();
  });

  it('lets nothing go for what does not fit anyway', async () => {
    const [a, b] = [await store.put(ten(1)), await store.put(ten(2))];
    await store.hold(a);
    await expect(store.put(new Uint8Array(25))).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await store.get(b)).not.toBeNull();
  });

  it('follows whose a picture is', async () => {
    let owner = 'anna';
    const shared = new BlobStore(folder, { maxBytes: 40, ownersOf: () => [owner] });
    const annas = [await shared.put(ten(1)), await shared.put(ten(2)), await shared.put(ten(3))];
    owner = 'ben';
    // Ben has two by now, who were Anna's: hers, used before, stays.
    for (const image of annas.slice(1)) shared.ownersChanged(image);
    for (const value of [4, 5]) await shared.put(ten(value));
    expect(await shared.get(annas[0]!)).not.toBeNull();
    expect(await shared.get(annas[1]!)).toBeNull();
  });

  it('counts what is held in its share, and lets another of it go', async () => {
    const owners = new Map<string, string[]>();
    const shared = new BlobStore(folder, { maxBytes: 50, ownersOf: (hash) => owners.get(hash) ?? [] });
    const put = async (value: number, ...whose: string[]) => {
      const hash = await shared.put(ten(value));
      owners.set(hash, whose);
      shared.ownersChanged(hash);
      return hash;
    };
    const annas = [await put(1, 'anna'), await put(2, 'anna')];
    const bens = [await put(3, 'ben'), await put(4, 'ben'), await put(5, 'ben')];
    for (const held of bens.slice(0, 2)) await shared.hold(held);
    await put(6, 'anna');
    expect(await shared.get(bens[2]!)).toBeNull();
    for (const kept of [...annas, ...bens.slice(0, 2)]) expect(await shared.get(kept)).not.toBeNull();
  });

  it('lets none go that is held, and refuses what does not fit beside them', async () => {
    const [a, b] = [await store.put(ten(1)), await store.put(ten(2))];
    for (const hash of [a, a, b]) expect(await store.hold(hash)).toBe(true);
    await expect(store.put(new Uint8Array(11))).rejects.toMatchObject({ code: 'DISK_FULL' });
    await store.release(a);
    await expect(store.put(new Uint8Array(20))).rejects.toMatchObject({ code: 'DISK_FULL' });
    await store.release(a);
    await store.put(new Uint8Array(20));
    expect(await store.get(a)).toBeNull();
    expect(await store.get(b)).not.toBeNull();
  });

  it('never holds more than its limit, however many come at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, value) => store.put(ten(value))));
    expect(await store.size()).toBe(30);
    expect(readdirSync(folder).length).toBe(3);
  });

  it('remembers the order of use after a restart, and passes over what is no picture', async () => {
    const [a, b, c] = [await store.put(ten(1)), await store.put(ten(2)), await store.put(ten(3))];
    await new Promise((resolve) => setTimeout(resolve, 20));
    await store.get(a);
    writeFileSync(join(folder, 'README'), 'not a picture');
    const restarted = new BlobStore(folder, { maxBytes: 30 });
    await restarted.put(ten(4));
    await restarted.put(ten(5));
    expect(await restarted.get(a)).not.toBeNull();
    expect([await restarted.get(b), await restarted.get(c)]).toEqual([null, null]);
    expect(readdirSync(folder)).toContain('README');
  });

  it('takes over what another process has put there', async () => {
    const other = new BlobStore(folder, { maxBytes: Number.POSITIVE_INFINITY });
    await store.put(ten(1));
    const hashes = [2, 3, 4].map((value) => other.put(ten(value)));
    for (const hash of hashes) await store.adopt(await hash);
    expect(await store.size()).toBe(30);
    expect(await store.get(await hashes[2]!)).toEqual(Buffer.from(ten(4)));
  });

  it('has its folder again when that was removed', async () => {
    const [a] = [await store.put(ten(1))];
    rmSync(folder, { recursive: true });
    expect([await store.get(a), await store.hold(a)]).toEqual([null, false]);
    expect(await store.put(ten(1))).toBe(a);
    expect(await store.get(a)).toEqual(Buffer.from(ten(1)));
    expect(await store.size()).toBe(10);
  });

  describe('on a disk that became read-only', () => {
    afterEach(makeWritable);

    it('still has its pictures', async () => {
      const [a, damaged] = [await store.put(ten(1)), await store.put(ten(3))];
      writeOver(damaged, 7);
      makeReadOnly();
      expect(await store.get(a)).toEqual(Buffer.from(ten(1)));
      expect(await store.hold(a)).toBe(true);
      expect(await store.put(ten(1))).toBe(a);
      const restarted = new BlobStore(folder, { maxBytes: 30 });
      expect(await restarted.get(a)).toEqual(Buffer.from(ten(1)));
      await expect(store.put(ten(2))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
      expect(await store.get(damaged)).toBeNull();
    });
  });

  const intruders: [string, (path: string) => unknown][] = [
    ['folder', (path) => mkdirSync(join(path, 'inside'), { recursive: true })],
    ['link to nowhere', (path) => symlinkSync(join(folder, 'nowhere'), path)],
  ];
  if (process.platform !== 'win32') intruders.push(['pipe', (path) => execFileSync('mkfifo', [path])]);
  it.each(intruders)('does not take a %s for a picture, nor is it hindered by it', async (_, put) => {
    const a = await store.put(ten(1));
    const path = join(folder, a.slice(7));
    rmSync(path);
    put(path);
    for (const each of [store, new BlobStore(folder)]) {
      expect([await each.get(a), await each.hold(a)]).toEqual([null, false]);
    }
    expect(await store.put(ten(1))).toBe(a);
    expect(await store.get(a)).toEqual(Buffer.from(ten(1)));
  });

  it('counts a damaged picture as none', async () => {
    const hash = await store.put(ten(1));
    writeFileSync(join(folder, hash.slice(7)), ten(2));
    expect(await store.get(hash)).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('mends a damaged picture that is given again, and whoever holds it holds it still', async () => {
    const hash = await store.put(ten(1));
    expect(await store.hold(hash)).toBe(true);
    writeFileSync(join(folder, hash.slice(7)), ten(2));
    expect(await store.put(ten(1))).toBe(hash);
    expect(await store.get(hash)).toEqual(Buffer.from(ten(1)));
    for (const other of [2, 3, 4]) await store.put(ten(other));
    expect(await store.get(hash)).toEqual(Buffer.from(ten(1)));
  });
});
