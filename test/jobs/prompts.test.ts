/** Each prompt of a job is encoded once, whoever asks for it, and the text encoder loaded once for all of them. */

import { EditOptions, InversionOptions, StyleOptions } from '@palimpsest/protocol';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import type { Picture } from '../../daemon/src/imaging/picture.ts';
import { editPicture } from '../../daemon/src/jobs/editJob.ts';
import { type Inversions, invertPicture } from '../../daemon/src/jobs/invertJob.ts';
import { stylePicture } from '../../daemon/src/jobs/styleJob.ts';
import { MODEL } from '../golden.ts';

const networks = new Networks(null);
networks.thrift = { ...networks.thrift, releaseAfterUse: true };
const model = new StableDiffusion(MODEL, networks);
afterAll(() => networks.dispose());
afterEach(() => vi.restoreAllMocks());

const picture: Picture = { width: 64, height: 64, rgb: new Uint8Array(64 * 64 * 3).fill(127) };
const inversion = InversionOptions.parse({ steps: 1, method: 'ddim' });
const nowhere: Inversions = {
  find: async () => null,
  findPartial: async () => null,
  save: async () => {},
  savePartial: async () => {},
};

/** What was encoded during some work, and how often the encoder was loaded for it: it is given back after each use. */
async function encoded(work: () => Promise<unknown>): Promise<{ prompts: string[]; loads: number }> {
  const encodes = vi.spyOn(model.tokenizer, 'encodePrompt');
  const released = vi.spyOn(networks, 'release');
  await work();
  const prompts = encodes.mock.calls.map(([prompt]) => prompt).sort();
  return { prompts, loads: released.mock.calls.filter(([{ network }]) => network === 'text').length };
}

describe('the prompts of a job', () => {
  it('are encoded once, of an edit', async () => {
    const work = { picture, source: 'a dog', target: 'a cat', inversion, edit: EditOptions.parse({}) };
    expect(await encoded(() => editPicture(model, nowhere, work))).toEqual({
      prompts: ['', 'a cat', 'a dog'],
      loads: 1,
    });
  });

  it('are encoded once, where both are the same', async () => {
    const edit = EditOptions.parse({ weights: [{ word: 'dog', weight: 2 }] });
    const work = { picture, source: 'a dog', target: 'a dog', inversion, edit };
    expect((await encoded(() => editPicture(model, nowhere, work))).prompts).toEqual(['', 'a dog']);
  });

  it('are encoded once, of a picture that is learned', async () => {
    const work = { picture, prompt: 'a dog', options: inversion };
    expect(await encoded(() => invertPicture(model, nowhere, work))).toEqual({
      prompts: ['', 'a dog'],
      loads: 1,
    });
  });

  it('are encoded once, of a style', async () => {
    const learning = InversionOptions.parse({ steps: 1, innerSteps: 1, learn: 'valueEmbedding' });
    const pictures = { content: picture, source: 'a dog', style: picture, styleSource: 'a drawing' };
    const work = { ...pictures, inversion: learning, options: StyleOptions.parse({}) };
    expect(await encoded(() => stylePicture(model, nowhere, work))).toEqual({
      prompts: ['', 'a dog', 'a drawing'],
      loads: 1,
    });
  });
});
