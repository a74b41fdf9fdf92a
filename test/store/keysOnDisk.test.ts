/**
 * What is on disk is found again by those who come later: the keys, and a store, as the version of November 2026 wrote
 * them. A key that changes costs every user hours of learning; one that has to change raises its version instead.
 */

import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { Rehearsal } from '../../daemon/src/execution/rehearsal.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import type { Graph } from '../../daemon/src/graph/graph.ts';
import type { Picture } from '../../daemon/src/imaging/picture.ts';
import { editPicture } from '../../daemon/src/jobs/editJob.ts';
import { invertPicture } from '../../daemon/src/jobs/invertJob.ts';
import { INVERSIONS, resolveInversion } from '../../daemon/src/methods/inversions.ts';
import { inversionId } from '../../daemon/src/store/inversion.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import { MODEL } from '../golden.ts';
import { GRAPHS, IDS, MODEL_FINGERPRINT } from './keysOfNovember2026.ts';

/** Of two steps and a prompt, by the keys' own names. */
const WRITTEN = join(import.meta.dirname, 'written');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(): { readonly model: StableDiffusion; readonly networks: Networks } {
  const networks = new Networks(null);
  return { model: new StableDiffusion(MODEL, networks), networks };
}

/** A picture of the model's own size, so that no scaling has a say. */
const picture: Picture = {
  width: 64,
  height: 64,
  rgb: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7) % 256),
};
const prompt = 'a black and white dog';

function idOf(asked: Partial<InversionOptions>): string {
  const canvas = tensor([1, 3, 1, 2], [0, 0.25, 0.5, 0.75, 1, -1]);
  const options = resolveInversion(InversionOptions.parse(asked));
  return inversionId({ canvas, prompt, options, model: 'the model' });
}

describe('the keys of inversions', () => {
  it.each(IDS)('are what they were, for %o', (options, id) => {
    expect(idOf(options)).toBe(id);
  });

  it('do not hang on which function walks', () => {
    const [[, id] = []] = IDS.filter(([{ method }]) => method === 'ddim');
    const wrapped = vi.spyOn(INVERSIONS.ddim, 'invert').mockName('another');
    expect(idOf({ method: 'ddim' })).toBe(id);
    wrapped.mockRestore();
  });

  it('name the model by the contents of its weights', () => {
    expect(open().model.fingerprint).toBe(MODEL_FINGERPRINT);
  });
});

describe('a store of inversions', () => {
  it.each([
    { method: 'direct' },
    { method: 'ddim' },
    { method: 'nullText', innerSteps: 1 },
    { method: 'styleDiffusion', learn: 'valueEmbedding', innerSteps: 1 },
  ] as const)('that was written then holds the inversion of %o', async (asked) => {
    cpSync(WRITTEN, folder, { recursive: true });
    const options = InversionOptions.parse({ steps: 2, ...asked });
    const { model } = open();
    const inverted = await invertPicture(model, new InversionStore(folder), { picture, prompt, options });
    expect(inverted.reused).toBe(true);
    expect(inverted.inversion.latents).toHaveLength(3);
    expect(readdirSync(folder).sort()).toEqual(readdirSync(WRITTEN).sort());
  });
});

describe('the cache of graphs', () => {
  it('holds each graph by the name that it had', async () => {
    const asked = new Set<string>();
    class Listening extends Rehearsal {
      override load(fingerprint: string, build: () => Graph, folding: boolean) {
        asked.add(fingerprint);
        return super.load(fingerprint, build, folding);
      }
    }
    const { model, networks } = open();
    const store = new InversionStore(folder);
    const edit = (inversion: Partial<InversionOptions>, options: Partial<EditOptions>) =>
      networks.rehearse(new Listening(), networks.thrift, () =>
        editPicture(model, store, {
          ...{ picture, source: prompt, target: 'a black and white tiger' },
          inversion: InversionOptions.parse({ steps: 2, innerSteps: 1, ...inversion }),
          edit: EditOptions.parse({ keep: 'nothing', ...options }),
        }),
      );
    await edit({ method: 'styleDiffusion' }, { weights: [{ word: 'tiger', weight: 2 }], tauS: 0, tauC: 0.5 });
    await edit({ method: 'styleDiffusion', recipe: 'paper', learn: 'both' }, { editor: 'p2p' });
    await edit({ method: 'styleDiffusion', learn: 'valueEmbedding' }, { editor: 'masaCtrl' });
    await edit({ method: 'nullText' }, { editor: 'wordSwap' });
    await edit({ method: 'direct' }, { editor: 'plugAndPlay' });
    await edit({ method: 'direct' }, { editor: 'pix2pixZero' });
    expect([...asked]).toEqual(expect.arrayContaining([...GRAPHS]));
  });
});
