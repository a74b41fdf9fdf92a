/** Weights as people have them: fp16, in several files, behind links, under the VAE's old and new names. */

import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { row, type Tensor } from '../../daemon/src/tensor/tensor.ts';
import { Checkpoint } from '../../daemon/src/weights/checkpoint.ts';
import { encodeSafetensors, readHeader, readTensor } from '../../daemon/src/weights/safetensors.ts';
import { golden, MODEL, relativeError } from '../golden.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-checkpoint-'));
const networks = new Networks(null);
afterAll(async () => {
  await networks.dispose();
  rmSync(folder, { recursive: true });
});

function copyOfModel(name: string): string {
  const model = join(folder, name);
  cpSync(MODEL, model, { recursive: true });
  return model;
}

function readAll(path: string): Map<string, Tensor> {
  return new Map([...readHeader(path).tensors].map(([name, stored]) => [name, readTensor(stored)]));
}

describe('a text encoder stored as fp16', () => {
  it('gives the same embedding', async () => {
    const path = copyOfModel('half');
    rmSync(join(path, 'text_encoder/model.safetensors'));
    const file = golden('text_encoder');
    const ids = file('input_ids');
    const rows = Array.from({ length: ids.shape[0]! }, (_, i) => [...row(ids, i).data]);
    const model = new StableDiffusion(path, networks);
    expect(relativeError(await model.encodeTokens(rows), file('last_hidden_state'))).toBeLessThan(2e-5);
  });
});

describe('a UNet in several files, behind links out of its folder', () => {
  it('predicts the same noise', async () => {
    const path = copyOfModel('sharded');
    const whole = join(path, 'unet/diffusion_pytorch_model.safetensors');
    const tensors = [...readAll(whole)];
    rmSync(whole);
    // As a Hugging Face cache is made: the files are links to blobs in another folder.
    const blobs = join(folder, 'blobs');
    mkdirSync(blobs);
    const weightMap: Record<string, string> = {};
    for (const [i, part] of [tensors.slice(0, 300), tensors.slice(300)].entries()) {
      const name = `diffusion_pytorch_model-0000${i + 1}-of-00002.safetensors`;
      writeFileSync(join(blobs, `blob${i}`), encodeSafetensors(new Map(part)));
      symlinkSync(join(blobs, `blob${i}`), join(path, 'unet', name));
      for (const [tensor] of part) weightMap[tensor] = name;
    }
    writeFileSync(`${whole}.index.json`, JSON.stringify({ weight_map: weightMap }));

    const file = golden('unet');
    const model = new StableDiffusion(path, networks);
    const noise = await model.unet.predictNoise({
      latent: file('latents'),
      timestep: 441,
      keyContext: file('context'),
    });
    expect(relativeError(noise, file('eps_t441'))).toBeLessThan(2e-5);
  });
});

describe("a VAE with the new names of its attention's layers", () => {
  it('decodes to the same picture', async () => {
    const path = copyOfModel('renamed');
    const weights = join(path, 'vae/diffusion_pytorch_model.safetensors');
    const names = { query: 'to_q', key: 'to_k', value: 'to_v', proj_attn: 'to_out.0' };
    const renamed = [...readAll(weights)].map(([name, tensor]): [string, Tensor] => [
      name.replace(/\.(query|key|value|proj_attn)\./, (_, old: keyof typeof names) => `.${names[old]}.`),
      tensor,
    ]);
    writeFileSync(`${weights}.new`, encodeSafetensors(new Map(renamed)));
    renameSync(`${weights}.new`, weights);

    const file = golden('vae');
    const model = new StableDiffusion(path, networks);
    expect(relativeError(await model.decodeLatent(file('latent')), file('decoded'))).toBeLessThan(2e-5);
  });
});

describe('an index of weights in several files', () => {
  const shard = 'diffusion_pytorch_model.fp16-00001-of-00001.safetensors';
  const folderWith = (index: string, text: string) => {
    const unet = mkdtempSync(join(folder, 'index-'));
    writeFileSync(join(unet, index), text);
    cpSync(join(MODEL, 'unet/diffusion_pytorch_model.safetensors'), join(unet, shard));
    return unet;
  };

  it.each([
    'diffusion_pytorch_model.safetensors.index.fp16.json',
    'diffusion_pytorch_model.safetensors.fp16.index.json',
    'diffusion_pytorch_model.fp16.safetensors.index.json',
  ])('of half precision may be called %s', (name) => {
    const unet = folderWith(name, JSON.stringify({ weight_map: { 'conv_in.weight': shard } }));
    expect(Checkpoint.open(unet).has('conv_in.weight')).toBe(true);
  });

  it.each(['{"weight_map":', '{}'])('is refused when it is %s', (text) => {
    const unet = folderWith('diffusion_pytorch_model.safetensors.index.json', text);
    expect(() => Checkpoint.open(unet)).toThrow(
      expect.objectContaining({
        code: 'MODEL_FOLDER_INVALID',
        message: expect.stringContaining('index.json'),
      }),
    );
  });
});
