/** Inversions on disk: found again, resumed, and the ones unused for longest making room. */

import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InversionOptions } from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inversion } from '../../daemon/src/methods/inversion.ts';
import { resolveInversion } from '../../daemon/src/methods/inversions.ts';
import { inversionId } from '../../daemon/src/store/inversion.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';

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

  it('counts one whose arithmetic left its range as none', async () => {
    const store = new InversionStore(folder);
    await store.save('a', { latents: [tensor([1, 1, 1, 2], [1, Number.NaN])], learned: null });
    expect(await store.find('a')).toBeNull();
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
