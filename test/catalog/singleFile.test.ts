/** Single-file checkpoints in the original layout give what the same model gives as a diffusers folder. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { MODEL, relativeError } from '../golden.ts';
import { copyModel, type Precision, writeSingleFile, writeWeights } from '../originalLayout.ts';
import { writeSd2Model } from '../sd2Model.ts';

const root = mkdtempSync(join(tmpdir(), 'palimpsest-single-'));
const networks = new Networks(null);
afterAll(async () => {
  await networks.dispose();
  rmSync(root, { recursive: true });
});

/** What no shape tells: real models have heads and groups of the published sizes, these tiny ones do not. */
const SMALL = {
  unet: { attention_head_dim: 4, norm_num_groups: 8 },
  vae: { norm_num_groups: 4 },
  text_encoder: { num_attention_heads: 4 },
};
const SMALL_SECOND = {
  unet: { attention_head_dim: [2, 4, 8, 8], norm_num_groups: 8 },
  vae: { norm_num_groups: 4 },
  text_encoder: { num_attention_heads: 3 },
};

/** The same model in both layouts. */
function bothLayouts(
  name: string,
  diffusers: string,
  precision: Precision,
  overrides: object,
  openClip = false,
) {
  const folder = join(root, name);
  copyModel(diffusers, folder, precision);
  const single = join(root, `${name}-file`);
  mkdirSync(single);
  const path = join(single, 'model.safetensors');
  writeSingleFile(diffusers, path, { precision, openClip });
  writeFileSync(join(single, 'model.palimpsest.json'), JSON.stringify(overrides));
  cpSync(join(folder, 'tokenizer'), join(single, 'tokenizer'), { recursive: true });
  return { folder: new StableDiffusion(folder, networks), file: new StableDiffusion(path, networks), path };
}

async function outputs(model: StableDiffusion): Promise<Tensor[]> {
  const latent = normalTensor([1, 4, 8, 8], uniformGenerator(3));
  const keyContext = await model.encodePrompt('a cat on a mat');
  return [
    keyContext,
    await model.unet.predictNoise({ latent, timestep: 441, keyContext }),
    await model.encodeMoments(tensor([1, 3, 64, 64], normalTensor([1, 3, 64, 64], uniformGenerator(4)).data)),
    await model.decodeLatent(latent),
  ];
}

describe.each(['F32', 'F16'] as const)('a model in one file, stored as %s', (precision) => {
  it('gives what its diffusers folder gives, bit for bit, like Stable Diffusion 1', async () => {
    const { folder, file } = bothLayouts(`first-${precision}`, MODEL, precision, SMALL);
    expect(await outputs(file)).toEqual(await outputs(folder));
    expect(file.name).toBe('model');
    expect(file.imageWidth).toBeNull();
  });

  it('gives what its diffusers folder gives, bit for bit, like Stable Diffusion 2', async () => {
    const diffusers = join(root, `second-${precision}-source`);
    writeSd2Model(diffusers, { prediction: 'epsilon' });
    const { folder, file } = bothLayouts(`second-${precision}`, diffusers, precision, SMALL_SECOND, true);
    expect(file.tokenizer.padId).toBe(0);
    expect(await outputs(file)).toEqual(await outputs(folder));
  });
});

describe('weights in half precision', () => {
  it('give the same numbers when they are cast in each run', async () => {
    const { path } = bothLayouts('cast', MODEL, 'F16', SMALL);
    const sparing = new Networks(null);
    sparing.thrift = { ...sparing.thrift, castEachRun: true };
    const [each, once] = await Promise.all(
      [sparing, networks].map((n) => outputs(new StableDiffusion(path, n))),
    );
    for (const [i, result] of each!.entries()) expect(relativeError(result, once![i]!)).toBeLessThan(2e-6);
    await sparing.dispose();
  });
});

describe('a single file', () => {
  const path = join(root, 'one.safetensors');
  beforeAll(() => writeSingleFile(MODEL, path));
  const open = (file: string) => () => new StableDiffusion(file, networks);

  it('comes without a tokenizer: the error says how to get one', () => {
    writeFileSync(join(root, 'one.palimpsest.json'), JSON.stringify(SMALL));
    expect(open(path)).toThrow(
      expect.objectContaining({
        code: 'MODEL_FOLDER_INVALID',
        message: expect.stringContaining('models pull clip'),
      }),
    );
  });

  it('is refused with the reason when it is something else', () => {
    const write = (name: string, key: string, shape: number[] = [1]) => {
      const file = join(root, name);
      writeWeights(file, new Map([[key, tensor(shape)]]), 'F32');
      return file;
    };
    const cases = [
      [write('xl.safetensors', 'conditioner.embedders.0.x'), 'Stable Diffusion XL'],
      [write('lora.safetensors', 'lora_unet_x.lora_up.weight'), '--lora'],
      [write('vae.safetensors', 'decoder.conv_in.weight'), 'a VAE alone'],
      [write('other.safetensors', 'x'), 'no UNet'],
      [
        write('inpaint.safetensors', 'model.diffusion_model.input_blocks.0.0.weight', [8, 9, 3, 3]),
        'inpainting',
      ],
      [write('bare.safetensors', 'model.diffusion_model.input_blocks.0.0.weight', [8, 4, 3, 3]), 'no VAE'],
    ] as const;
    for (const [file, reason] of cases) {
      expect(open(file)).toThrow(
        expect.objectContaining({ code: 'CONFIG_UNSUPPORTED', message: expect.stringContaining(reason) }),
      );
    }
  });

  it.each(['model.ckpt', 'model.pt', 'pytorch_model.bin'])('is refused as a pickle: %s', (name) => {
    const file = join(root, name);
    writeFileSync(file, 'x');
    expect(open(file)).toThrow(
      expect.objectContaining({
        code: 'MODEL_FOLDER_INVALID',
        message: expect.stringContaining('can run any program'),
      }),
    );
  });

  it('may be cut short, which is told', () => {
    const cut = join(root, 'cut.safetensors');
    cpSync(path, cut);
    expect(statSync(cut).size).toBeGreaterThan(1000);
    writeFileSync(cut, Buffer.from([200, 0, 0, 0, 0, 0, 0, 0, 123]));
    expect(open(cut)).toThrow(expect.objectContaining({ code: 'WEIGHT_INVALID' }));
  });
});
