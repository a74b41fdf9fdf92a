/** The list of stored inversions: true at any time, and cheap however often it is asked for. */

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const looks = vi.hoisted(() => ({ files: 0 }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    statSync: (...given: Parameters<typeof fs.statSync>) => {
      looks.files += 1;
      return fs.statSync(...given);
    },
  };
});
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  return {
    ...fs,
    stat: (...given: Parameters<typeof fs.stat>) => {
      looks.files += 1;
      return fs.stat(...given);
    },
  };
});

const { InversionList } = await import('../../daemon/src/store/inversionList.ts');

const COUNT = 50;
const id = (n: number) => n.toString(16).padStart(64, '0');

let folder: string;
let list: InstanceType<typeof InversionList>;
/** In ms: far enough from the last change of the folder that a look has seen it. */
let clock: number;
const put = (n: number) => writeFileSync(join(folder, `${id(n)}.safetensors`), 'numbers');
/** A folder of a minute ago, as after any pause. */
const rest = () => utimesSync(folder, new Date(clock - 60_000), new Date(clock - 60_000));
const idsOf = async (...ids: Parameters<typeof list.list>) =>
  (await list.list(...ids)).map((info) => info.id);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-list-'));
  clock = Date.now();
  for (let n = 0; n < COUNT; n++) put(n);
  list = new InversionList(folder, () => clock);
  rest();
  looks.files = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the list of inversions', () => {
  it('looks through the folder once for many who ask', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => list.list()));
    for (let i = 0; i < 100; i++) answers.push(await list.list());
    expect(new Set(answers.map(({ length }) => length))).toEqual(new Set([COUNT]));
    // The folder itself each time.
    expect(looks.files).toBeLessThan(200 + 3 * COUNT);
  });

  it('looks through a folder that has just changed twice at most for all who ask at once', async () => {
    utimesSync(folder, new Date(clock + 1000), new Date(clock + 1000));
    const answers = await Promise.all(Array.from({ length: 100 }, () => list.list()));
    expect(new Set(answers.map(({ length }) => length))).toEqual(new Set([COUNT]));
    expect(looks.files).toBeLessThan(100 + 3 * COUNT);
  });

  it('looks at one file to find one, and at none for a client that has none', async () => {
    expect(await list.find(id(7))).toMatchObject({ id: id(7), bytes: 7 });
    expect(await list.find(id(COUNT))).toBeNull();
    expect(looks.files).toBe(2);
    expect(await list.list([])).toEqual([]);
    expect(looks.files).toBe(2);
  });

  it('lists those of these ids that are there, the last used first', async () => {
    for (const n of [3, 5])
      utimesSync(join(folder, `${id(n)}.safetensors`), new Date(1000 * n), new Date(1000 * n));
    expect(await idsOf([id(3), id(COUNT), id(5)])).toEqual([id(5), id(3)]);
  });

  it('notices what comes and goes', async () => {
    expect((await list.list()).length).toBe(COUNT);
    put(COUNT);
    expect(await idsOf()).toContain(id(COUNT));
    rmSync(join(folder, `${id(1)}.safetensors`));
    expect(await idsOf()).not.toContain(id(1));
    rest();
    expect((await list.list()).length).toBe(COUNT);
    expect(await list.delete(id(2))).toBe(true);
    rest();
    expect(await idsOf()).not.toContain(id(2));
    expect(await list.delete(id(2))).toBe(false);
  });

  it('notices within a second that one was used', async () => {
    await list.list();
    const later = new Date(clock + 5000);
    utimesSync(join(folder, `${id(9)}.safetensors`), later, later);
    clock += 1000;
    expect((await idsOf())[0]).toBe(id(9));
  });

  it('passes over what is no inversion, and is empty where there is no folder', async () => {
    mkdirSync(join(folder, `${id(COUNT)}.safetensors`));
    writeFileSync(join(folder, `${id(COUNT)}.partial.safetensors`), '');
    expect((await list.list()).length).toBe(COUNT);
    expect(await new InversionList(join(folder, 'nowhere')).list()).toEqual([]);
  });
});
