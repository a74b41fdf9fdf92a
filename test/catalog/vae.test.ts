/** @file A VAE of its own: beside a checkpoint, or named by hand, in each layout. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { render } from '@palimpsest/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelRegistry } from '../../daemon/src/catalog/modelRegistry.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { readHeader, readTensor } from '../../daemon/src/weights/safetensors.ts';
import { MODEL } from '../golden.ts';
import { weightsOf, writeSingleFile, writeWeights } from '../originalLayout.ts';

const root = mkdtempSync(join(tmpdir(), 'palimpsest-vae-'));
const at = (...names: string[]) => join(root, ...names);
const networks = new Networks(null);
const PREFIX = 'first_stage_model.';

/** A whole model in one file, its parts by name. */
let whole: Map<string, Tensor>;
/** Its VAE, with an encoder that gives another latent. */
let other: Map<string, Tensor>;

const overrides = JSON.stringify({
  unet: { attention_head_dim: 4, norm_num_groups: 8 },
  vae: { norm_num_groups: 4 },
  text_encoder: { num_attention_heads: 4 },
});

/** A folder with a checkpoint and what belongs to it. */
function place(folder: string, name: string, tensors: ReadonlyMap<string, Tensor>): string {
  mkdirSync(at(folder), { recursive: true });
  cpSync(join(MODEL, 'tokenizer'), at(folder, 'tokenizer'), { recursive: true });
  const path = at(folder, name);
  writeWeights(path, tensors, 'F32');
  writeFileSync(path.replace(/\.safetensors$/i, '.palimpsest.json'), overrides);
  return path;
}

const changed = (tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> =>
  new Map(
    [...tensors].map(([name, value]) =>
      name.endsWith('quant_conv.bias')
        ? [name, { ...value, data: value.data.map((x) => x + 1) }]
        : [name, value],
    ),
  );

const without = (prefix: string): Map<string, Tensor> =>
  new Map([...whole].filter(([name]) => !name.startsWith(prefix)));

const latentOf = async (path: string, vae?: string): Promise<number[]> => {
  const picture = tensor([1, 3, 64, 64]);
  const moments = await new StableDiffusion(path, networks, { vae }).encodeMoments(picture);
  // A few numbers tell as much as all, and are read more easily.
  return [...moments.data.subarray(0, 8)];
};

let expected: number[];
beforeAll(async () => {
  writeSingleFile(MODEL, at('source.safetensors'));
  const { tensors } = readHeader(at('source.safetensors'));
  whole = new Map([...tensors].map(([name, stored]) => [name, readTensor(stored)]));
  const own = [...whole].filter(([name]) => name.startsWith(PREFIX));
  other = changed(new Map(own.map(([name, value]) => [name.slice(PREFIX.length), value])));
  writeWeights(at('original.safetensors'), other, 'F32');
  const prefixed = new Map([...other].map(([name, value]) => [PREFIX + name, value]));
  writeWeights(at('prefixed.safetensors'), prefixed, 'F32');
  cpSync(join(MODEL, 'vae'), at('vae'), { recursive: true });
  const diffusers = changed(weightsOf(MODEL, 'vae'));
  writeWeights(at('vae/diffusion_pytorch_model.safetensors'), diffusers, 'F32');
  writeWeights(at('bare-diffusers.safetensors'), diffusers, 'F32');
  mkdirSync(at('pipeline'));
  cpSync(at('vae'), at('pipeline/vae'), { recursive: true });
  expected = await latentOf(place('all', 'model.safetensors', new Map([...whole, ...prefixed])));
});
afterAll(async () => {
  await networks.dispose();
  rmSync(root, { recursive: true });
});

describe('a VAE beside a checkpoint', () => {
  it.each(['tiger.vae.safetensors', 'Tiger.VAE.SafeTensors'])(
    'is taken in place of its own: %s',
    async (name) => {
      const path = place(`beside-${name}`, 'tiger.safetensors', whole);
      expect(await latentOf(path)).not.toEqual(expected);
      cpSync(at('original.safetensors'), at(`beside-${name}`, name));
      expect(await latentOf(path)).toEqual(expected);
    },
  );

  it('is enough for a checkpoint without one, which says so until it is there', async () => {
    const path = place('without', 'bare.safetensors', without(PREFIX));
    const words = /holds no VAE.*NAME\.vae\.safetensors.*--vae/;
    expect(() => new StableDiffusion(path, networks)).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNSUPPORTED', message: expect.stringMatching(words) }),
    );
    const listed = () => new ModelRegistry({ directories: [at('without')] }).listAll();
    expect(listed().map(({ name, refused }) => [name, refused && render(refused, 'here')])).toEqual([
      ['bare', expect.stringMatching(words)],
    ]);
    cpSync(at('original.safetensors'), at('without/bare.vae.safetensors'));
    expect(await latentOf(path)).toEqual(expected);
    // And is no model of its own.
    expect(listed().map(({ name, refused }) => [name, refused && render(refused, 'here')])).toEqual([
      ['bare', null],
    ]);
  });
});

describe('--vae', () => {
  it.each([
    'original.safetensors',
    'prefixed.safetensors',
    'vae',
    'vae/diffusion_pytorch_model.safetensors',
    'pipeline',
  ])('takes %s, for a single file and for a folder', async (vae) => {
    const single = place('named', 'bare.safetensors', without(PREFIX));
    expect(await latentOf(single, at(vae))).toEqual(expected);
    expect(await latentOf(MODEL, at(vae))).toEqual(expected);
  });

  it('reads the shapes of a file of diffusers that is alone', async () => {
    const single = place('alone', 'bare.safetensors', without(PREFIX));
    expect(await latentOf(single, at('bare-diffusers.safetensors'))).toEqual(expected);
  });

  it.each<[string, RegExp]>([
    ['nothing.safetensors', /nothing\.safetensors is not there/],
    ['page.safetensors', /is a web page/],
    ['vae.pt', /can run any program/],
    ['unet.safetensors', /is no VAE of Stable Diffusion/],
    ['flux.safetensors', /latents have 16 channels/],
  ])('says what is wrong with %s', (name, words) => {
    writeFileSync(at('page.safetensors'), '<!doctype html><html>');
    writeFileSync(at('vae.pt'), 'x');
    writeWeights(at('unet.safetensors'), new Map([['conv_in.weight', tensor([1])]]), 'F32');
    const wide = new Map([...other, ['decoder.conv_in.weight', tensor([32, 16, 3, 3])] as const]);
    writeWeights(at('flux.safetensors'), wide, 'F32');
    expect(() => new StableDiffusion(MODEL, networks, { vae: at(name) })).toThrow(words);
  });
});
