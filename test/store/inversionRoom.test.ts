/** The room for inversions: who fills it pushes out their own, not another's. */

import { mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InversionRoom } from '../../daemon/src/store/inversionRoom.ts';

const MIB = 2 ** 20;
const id = (n: number) => n.toString(16).padStart(64, '0');

let folder: string;
const owners = new Map<string, string[]>();
const room = (most: number) => new InversionRoom(folder, (of) => owners.get(of) ?? [], most * MIB);
/** Of one MiB, used at that time. */
function put(n: number, usedAt: number, owner: string | null, kind = '') {
  const path = join(folder, `${id(n)}${kind}.safetensors`);
  writeFileSync(path, '');
  truncateSync(path, MIB);
  utimesSync(path, new Date(usedAt), new Date(usedAt));
  if (owner !== null) owners.set(id(n), [owner]);
}
const left = () => readdirSync(folder).map((name) => Number.parseInt(name.slice(0, 64), 16));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-room-'));
  owners.clear();
});
afterEach(() => rmSync(folder, { recursive: true }));

it('those of whoever has most go, the ones that were not used for longest first', async () => {
  for (let n = 0; n < 5; n++) put(n, 1000 + n, 'victim');
  for (let n = 10; n < 22; n++) put(n, 2000 + n, 'greedy');
  await room(12).shrink();
  expect(left()).toEqual([0, 1, 2, 3, 4, 15, 16, 17, 18, 19, 20, 21]);
});

it('unfinished ones are nobody’s, and go where they are most', async () => {
  for (let n = 0; n < 2; n++) put(n, 1000 + n, 'victim');
  for (let n = 10; n < 20; n++) put(n, 2000 + n, null, '.partial');
  await Promise.all(Array.from({ length: 20 }, () => room(4).shrink()));
  expect(left()).toEqual([0, 1, 18, 19]);
});

it('nothing goes while there is room, nor what is no inversion, and no folder is no fault', async () => {
  put(1, 1000, 'anna');
  writeFileSync(join(folder, 'README'), 'x'.repeat(10));
  await room(1).shrink();
  expect(readdirSync(folder).length).toBe(2);
  await new InversionRoom(join(folder, 'nowhere'), () => [], 1).shrink();
});
