/** Whose is what, also after a restart. */

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ownership, type Thing } from '../../daemon/src/store/ownership.ts';
import { makeReadOnly, makeWritable } from '../readOnlyDisk.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'palimpsest-owners-'));
  folder = join(root, 'owners');
});
afterEach(() => {
  makeWritable();
  rmSync(root, { recursive: true });
});

const thing = (digit: number): Thing => `picture-${String(digit).repeat(64)}`;

describe('a thing', () => {
  it('is of those who claim it, until they renounce it, now and after a restart', () => {
    const before = new Ownership(folder);
    expect(before.isNew).toBe(true);
    before.claim('anna', thing(1));
    before.claim('ben', thing(1));
    before.claim('anna', thing(2));
    before.renounce('anna', thing(2));
    before.renounce('ben', thing(1));
    for (const one of [before, new Ownership(folder)]) {
      expect([one.has('anna', thing(1)), one.has('ben', thing(1)), one.has('anna', thing(2))]).toEqual([
        true,
        false,
        false,
      ]);
      expect([one.isOwned(thing(1)), one.isOwned(thing(2))]).toEqual([true, false]);
      expect([[...one.ownersOf(thing(1))], [...one.ownersOf(thing(2))]]).toEqual([['anna'], []]);
    }
    expect(new Ownership(folder).isNew).toBe(false);
  });

  it('is nobody’s whose owner is not known any more', () => {
    const before = new Ownership(folder);
    before.claim('anna', thing(1));
    before.claim('ben', thing(2));
    before.keepOnly((owner) => owner === 'ben');
    for (const one of [before, new Ownership(folder)]) {
      expect([one.isOwned(thing(1)), one.isOwned(thing(2))]).toEqual([false, true]);
    }
    expect(readdirSync(folder)).toEqual(['ben']);
  });

  it('that was claimed longest ago is forgotten where there are too many', () => {
    const few = new Ownership(folder, 3);
    for (const digit of [1, 2, 3, 1, 4]) few.claim('anna', thing(digit));
    const held = [1, 2, 3, 4].map((digit) => few.has('anna', thing(digit)));
    expect(held).toEqual([true, false, true, true]);
    expect(readdirSync(join(folder, 'anna')).length).toBe(3);
  });

  it('is claimed until the end on a disk that cannot be written', () => {
    makeReadOnly();
    const one = new Ownership(folder);
    one.claim('anna', thing(1));
    expect(one.has('anna', thing(1))).toBe(true);
    makeWritable();
    expect(existsSync(folder)).toBe(false);
  });
});
