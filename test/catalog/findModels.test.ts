/** Models as people have them already: the Hugging Face cache, and the folders of other programs. */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { ModelName, render } from '@palimpsest/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ModelRegistry } from '../../daemon/src/catalog/modelRegistry.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { openModels } from '../../daemon/src/server/openModels.ts';
import { elementCount, tensor } from '../../daemon/src/tensor/tensor.ts';
import { encodePreamble, readHeader } from '../../daemon/src/weights/safetensors.ts';
import { MODEL } from '../golden.ts';
import { writeSingleFile, writeWeights } from '../originalLayout.ts';

const home = mkdtempSync(join(tmpdir(), 'palimpsest-home-'));

/** A repository as huggingface_hub keeps it: each file is a link to a blob outside of the snapshot. */
function cacheRepository(cache: string, repository: string, source: string): void {
  const folder = join(cache, `models--${repository.replaceAll('/', '--')}`);
  const snapshot = join(folder, 'snapshots/abc123');
  cpSync(source, snapshot, { recursive: true });
  mkdirSync(join(folder, 'blobs'), { recursive: true });
  mkdirSync(join(folder, 'refs'));
  mkdirSync(join(folder, 'snapshots/older'));
  writeFileSync(join(folder, 'refs/main'), 'abc123');
  let number = 0;
  for (const name of readdirSync(snapshot, { recursive: true, encoding: 'utf8' })) {
    const path = join(snapshot, name);
    if (statSync(path).isDirectory()) continue;
    const blob = join(folder, `blobs/${number++}`);
    renameSync(path, blob);
    symlinkSync(relative(dirname(path), blob), path);
  }
}

beforeAll(() => {
  vi.stubEnv('HOME', home);
  vi.stubEnv('USERPROFILE', home);
  vi.stubEnv('HF_HUB_CACHE', join(home, 'hub'));
  vi.stubEnv('PALIMPSEST_DATA', join(home, 'data'));
  cacheRepository(join(home, 'hub'), 'someone/tiny-diffusion', MODEL);

  const file = join(home, 'stable-diffusion-webui/models/Stable-diffusion/photo/real [v2].safetensors');
  mkdirSync(dirname(file), { recursive: true });
  writeSingleFile(MODEL, file);
  writeFileSync(
    file.replace('.safetensors', '.palimpsest.json'),
    JSON.stringify({
      unet: { attention_head_dim: 4, norm_num_groups: 8 },
      vae: { norm_num_groups: 4 },
      text_encoder: { num_attention_heads: 4 },
    }),
  );
  writeFileSync(join(dirname(file), 'old.ckpt'), 'pickle');

  const comfy = join(home, 'ComfyUI/models/checkpoints');
  mkdirSync(comfy, { recursive: true });
  // One file in two programs, as people link them: listed once.
  symlinkSync(file, join(comfy, 'linked.safetensors'));
  cpSync(file, join(comfy, 'tiny-diffusion.safetensors'));
  writeWeights(join(comfy, 'xl.safetensors'), new Map([['conditioner.embedders.0.x', tensor([1])]]), 'F32');
  cpSync(join(MODEL, 'tokenizer'), join(home, 'ComfyUI/comfy/sd1_tokenizer'), { recursive: true });

  cpSync(MODEL, join(home, 'invokeai/models/sd-1/main/invoked'), { recursive: true });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

describe('the models that lie on this machine', () => {
  const found = () => new ModelRegistry({ elsewhere: true }).listAll();

  it('are found where each program keeps them, under names that can be spoken', () => {
    const usable = found().filter(({ refused }) => refused === null);
    expect(usable.map(({ name, origin }) => [name, origin])).toEqual([
      ['tiny-diffusion', 'Hugging Face'],
      ['real -v2-', 'A1111'],
      ['tiny-diffusion 2', 'ComfyUI'],
      ['invoked', 'InvokeAI'],
    ]);
  });

  it('are told with the reason where they cannot be used', () => {
    const refused = found().flatMap(({ name, refused }) =>
      refused === null ? [] : [[name, render(refused, 'here')]],
    );
    expect(refused).toEqual([
      ['old.ckpt', expect.stringContaining('can run any program')],
      ['xl', 'it is Stable Diffusion XL'],
    ]);
  });

  it('are there for the daemon, and work where they lie: behind links, and with a tokenizer of another program', async () => {
    const registry = openModels({ models: [], named: {} });
    const expected = await new StableDiffusion(MODEL, new Networks(null)).encodePrompt('a cat');
    for (const name of ['tiny-diffusion', 'real -v2-', 'invoked']) {
      const model = new StableDiffusion(registry.find(name).folder, new Networks(null));
      expect(await model.encodePrompt('a cat')).toEqual(expected);
      const latent = tensor([1, 4, 8, 8]);
      const noise = await model.unet.predictNoise({ latent, timestep: 1, keyContext: expected });
      expect(noise.shape).toEqual([1, 4, 8, 8]);
    }
  });

  it('may be named one by one, whatever their files are called', () => {
    const files = ['v1-5 (1).safetensors', 'v1-5 [1].safetensors', '+.safetensors'].map((name) =>
      join(home, name),
    );
    for (const path of files)
      cpSync(join(home, 'ComfyUI/models/checkpoints/tiny-diffusion.safetensors'), path);
    const names = openModels({ models: files, named: {} })
      .list()
      .map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['v1-5 -1-', 'v1-5 -1- 2', 'model']));
    expect(names.filter((name) => !ModelName.safeParse(name).success)).toEqual([]);
  });

  it('are refused as folders too when they are of another kind, or without weights until those are there', () => {
    const folders = join(home, 'folders');
    const made = (name: string, pipeline: string, unet: object | null) => {
      const folder = join(folders, name);
      cpSync(MODEL, folder, { recursive: true });
      writeFileSync(join(folder, 'model_index.json'), JSON.stringify({ _class_name: pipeline }));
      const config = join(folder, 'unet/config.json');
      const plain = JSON.parse(readFileSync(config, 'utf8'));
      if (unet === null) rmSync(join(folder, 'unet'), { recursive: true });
      else writeFileSync(config, JSON.stringify({ ...plain, ...unet }));
      return folder;
    };
    made('flux', 'FluxPipeline', null);
    made('in', 'StableDiffusionPipeline', { in_channels: 9 });
    made('xl', 'StableDiffusionXLPipeline', { addition_embed_type: 'text_time' });
    const bare = made('bare', 'StableDiffusionPipeline', {});
    const weights = join(bare, 'vae/diffusion_pytorch_model.safetensors');
    renameSync(weights, `${weights}.part`);

    const registry = new ModelRegistry({ directories: [folders] });
    const reasons = () =>
      Object.fromEntries(
        registry.listAll().map(({ name, refused }) => [name, refused && render(refused, 'here')]),
      );
    expect(reasons()).toEqual({
      bare: expect.stringContaining('vae holds no weights'),
      flux: expect.stringMatching(/^it is a FluxPipeline/),
      in: expect.stringMatching(/in_channels is 9.*inpainting/),
      xl: expect.stringMatching(/^it is a StableDiffusionXLPipeline/),
    });
    expect(() => new StableDiffusion(join(folders, 'in'), new Networks(null))).toThrow(/inpainting/);
    renameSync(`${weights}.part`, weights);
    expect(reasons().bare).toBeNull();
  });

  it('are refused in bfloat16, as folders and as files', () => {
    const folders = join(home, 'brief');
    const folder = join(folders, 'folder');
    cpSync(MODEL, folder, { recursive: true });
    const inBrief = (path: string) => {
      const { tensors } = readHeader(path);
      const entries = new Map(
        [...tensors].map(([name, { shape }]) => [name, { shape, dtype: 'BF16' as const }]),
      );
      const preamble = encodePreamble(entries);
      const count = [...tensors.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
      writeFileSync(path, Buffer.concat([preamble, Buffer.alloc(2 * count)]));
    };
    inBrief(join(folder, 'unet/diffusion_pytorch_model.safetensors'));
    writeSingleFile(MODEL, join(folders, 'file.safetensors'));
    inBrief(join(folders, 'file.safetensors'));
    const models = new ModelRegistry({ directories: [folders] }).listAll();
    expect(models.map(({ name, refused }) => [name, refused && render(refused, 'here')])).toEqual([
      ['file', expect.stringContaining('in bfloat16; take')],
      ['folder', expect.stringContaining('in bfloat16; take')],
    ]);
  });

  it('may be named by the folder of the program', () => {
    const names = new ModelRegistry({ directories: [join(home, 'ComfyUI')] }).list().map(({ name }) => name);
    expect(names).toEqual(['linked', 'tiny-diffusion']);
  });
});
