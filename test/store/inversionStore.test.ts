/** Inversions on disk: found again, resumed, and the ones unused for longest making room. */

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InversionOptions } from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onDamage } from '../../daemon/src/files/damage.ts';
import type { Inversion } from '../../daemon/src/methods/inversion.ts';
import { resolveInversion } from '../../daemon/src/methods/inversions.ts';
import { inversionId } from '../../daemon/src/store/inversion.ts';
import { InversionList } from '../../daemon/src/store/inversionList.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { stack, tensor } from '../../daemon/src/tensor/tensor.ts';
import { encodeSafetensors } from '../../daemon/src/weights/safetensors.ts';
import { makeReadOnly, makeWritable } from '../readOnlyDisk.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-store-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const inversion: Inversion = {
  latents: [tensor([1, 1, 1, 2], [1, 2]), tensor([1, 1, 1, 2], [3, 4])],
  learned: {
    role: 'values',
    shape: { kind: 'scaleShift', imageTokens: 5, promptTokens: 7 },
    imageTokens: tensor([1, 5, 1], [1, 2, 3, 4, 5]),
    parameters: [tensor([3], [1, 2, 3]), tensor([3], [4, 5, 6])],
  },
};

describe('the store of inversions', () => {
  it('gives back what was saved', async () => {
    const store = new InversionStore(folder);
    await store.save('a', inversion);
    expect(await store.find('a')).toEqual(inversion);
    expect(await store.find('b')).toBeNull();
  });

  it('keeps one that learned nothing', async () => {
    const store = new InversionStore(folder);
    await store.save('a', { ...inversion, learned: null });
    expect(await store.find('a')).toEqual({ ...inversion, learned: null });
  });

  it('keeps a partial state until the whole is saved', async () => {
    const store = new InversionStore(folder);
    const partial = { parameters: inversion.learned!.parameters, current: inversion.latents[0]! };
    await store.savePartial('a', partial);
    expect(await store.findPartial('a')).toEqual(partial);
    expect(await store.find('a')).toBeNull();
    await store.save('a', inversion);
    expect(await store.findPartial('a')).toBeNull();
  });

  it('counts a damaged file as none', async () => {
    const store = new InversionStore(folder);
    await store.save('a', inversion);
    truncateSync(join(folder, 'a.safetensors'), 100);
    expect(await store.find('a')).toBeNull();
  });

  const flip = (path: string, at: number) => {
    const bytes = readFileSync(path);
    bytes[Math.floor(at * (bytes.length - 1))]! ^= 1;
    writeFileSync(path, bytes);
  };
  const zero = (path: string) => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, bytes.readUInt32LE(0) + 8));
  };
  const places = Array.from({ length: 41 }, (_, i) => i / 40);

  it('counts one as none of whose numbers, facts or seal a bit has flipped, and says so', async () => {
    const store = new InversionStore(folder);
    const path = join(folder, 'a.safetensors');
    for (const place of places) {
      await store.save('a', inversion);
      const told: string[] = [];
      onDamage((sentence) => told.push(sentence));
      flip(path, place);
      const found = await store.find('a');
      // A flipped bit in the name of the seal, which is part of the header, leaves the numbers as they were.
      if (found !== null) expect(found).toEqual(inversion);
      const bytes = readFileSync(path);
      if (place * bytes.length > bytes.readUInt32LE(0) + 8) expect(found).toBeNull();
      const sentence = expect.stringMatching(/a\.safetensors is damaged.*anew/);
      expect(told).toEqual(found === null ? [sentence] : []);
    }
    await store.save('a', inversion);
    zero(path);
    expect(await store.find('a')).toBeNull();
  });

  it('counts a partial state as none that was damaged', async () => {
    const store = new InversionStore(folder);
    const partial = { parameters: inversion.learned!.parameters, current: inversion.latents[0]! };
    const path = join(folder, 'a.partial.safetensors');
    for (const damage of [zero, ...places.map((place) => (path: string) => flip(path, place))]) {
      await store.savePartial('a', partial);
      damage(path);
      expect([null, partial]).toContainEqual(await store.findPartial('a'));
    }
    await store.savePartial('a', partial);
    zero(path);
    expect(await store.findPartial('a')).toBeNull();
  });

  it("counts another's file under its name as none", async () => {
    const store = new InversionStore(folder);
    await store.save('a', inversion);
    copyFileSync(join(folder, 'a.safetensors'), join(folder, 'b.safetensors'));
    expect(await store.find('b')).toBeNull();
  });

  it('reads those of earlier versions, which had no seal, and seals them', async () => {
    const store = new InversionStore(folder);
    const path = join(folder, 'a.safetensors');
    // As version 0.1 wrote it.
    const { role, shape, imageTokens, parameters } = inversion.learned!;
    const tensors = new Map([
      ['latents', stack(inversion.latents)],
      [
        'parameters',
        tensor(
          [2, 3],
          parameters.flatMap(({ data }) => [...data]),
        ),
      ],
      ['imageTokens', imageTokens!],
    ]);
    writeFileSync(path, encodeSafetensors(tensors, { role, shape: JSON.stringify(shape) }));
    expect(await store.find('a')).toEqual(inversion);
    expect(await store.find('a')).toEqual(inversion);
    flip(path, 0.95);
    expect(await store.find('a')).toBeNull();
  });

  it('counts one whose arithmetic left its range as none', async () => {
    const store = new InversionStore(folder);
    await store.save('a', { latents: [tensor([1, 1, 1, 2], [1, Number.NaN])], learned: null });
    expect(await store.find('a')).toBeNull();
  });

  it('has its folder again when that was removed', async () => {
    const store = new InversionStore(folder);
    await store.save('a', inversion);
    rmSync(folder, { recursive: true });
    expect(await store.find('a')).toBeNull();
    await store.save('a', inversion);
    expect(await store.find('a')).toEqual(inversion);
  });

  describe('on a disk that became read-only', () => {
    afterEach(makeWritable);

    it('still has what it had', async () => {
      const store = new InversionStore(folder);
      await store.save('a', inversion);
      makeReadOnly();
      expect(await store.find('a')).toEqual(inversion);
    });
  });

  const intruders: [string, (path: string) => unknown][] = [
    ['folder', (path) => mkdirSync(join(path, 'inside'), { recursive: true })],
  ];
  if (process.platform !== 'win32') intruders.push(['pipe', (path) => execFileSync('mkfifo', [path])]);
  it.each(intruders)('takes no %s for an inversion, nor is it hindered by it', async (_, put) => {
    const [store, list] = [new InversionStore(folder), new InversionList(folder)];
    const id = 'a'.repeat(64);
    put(join(folder, `${id}.safetensors`));
    expect([await store.find(id), await list.list()]).toEqual([null, []]);
    await store.save(id, inversion);
    expect(await store.find(id)).toEqual(inversion);
    rmSync(join(folder, `${id}.safetensors`));
    put(join(folder, `${id}.safetensors`));
    expect(await list.delete(id)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('removes what was not used for longest when room is short', async () => {
    const roomy = new InversionStore(folder);
    for (const [i, id] of ['old', 'used', 'new'].entries()) {
      await roomy.save(id, inversion);
      utimesSync(join(folder, `${id}.safetensors`), i, i);
    }
    await roomy.find('old');
    const { size } = statSync(join(folder, 'new.safetensors'));
    await new InversionStore(folder, 3 * size).save('newest', inversion);
    const kept = readdirSync(folder);
    expect(kept).toContain('newest.safetensors');
    expect(kept).toContain('old.safetensors');
    expect(kept).not.toContain('used.safetensors');
  });
});

describe('two stores over one folder', () => {
  it('lose no save to what the other removes meanwhile', async () => {
    const stores = [1, 2, 3].map(() => new InversionStore(folder, 200_000));
    const state = { parameters: [tensor([2000])], current: tensor([1, 4, 8, 8]) };
    const saves = stores.map(async (store, number) => {
      for (let i = 0; i < 60; i++) await store.savePartial(`${number}-${i}`, state);
    });
    await expect(Promise.all(saves)).resolves.toHaveLength(3);
  });

  it('pass over a file that is gone by the time it is looked at', async () => {
    symlinkSync(join(folder, 'nowhere'), join(folder, 'gone.safetensors'));
    await new InversionStore(folder).save('a', inversion);
    expect(readdirSync(folder)).toContain('a.safetensors');
  });
});

describe('the id of an inversion', () => {
  const key = {
    canvas: tensor([1, 3, 1, 1], [1, 2, 3]),
    prompt: 'a cat',
    options: resolveInversion(InversionOptions.parse({})),
    model: 'm',
  };
  it('is the same for the same picture, words, options and model', () => {
    expect(inversionId({ ...key, canvas: tensor([1, 3, 1, 1], [1, 2, 3]) })).toBe(inversionId(key));
  });

  it.each([
    ['picture', { canvas: tensor([1, 3, 1, 1], [1, 2, 4]) }],
    ['words', { prompt: 'a dog' }],
    ['options', { options: resolveInversion(InversionOptions.parse({ steps: 31 })) }],
    ['model', { model: 'n' }],
  ])('changes with the %s', (_, change) => {
    expect(inversionId({ ...key, ...change })).not.toBe(inversionId(key));
  });
});
