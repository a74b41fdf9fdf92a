/** @file Models whose files are not what their names say, and names that are not letters. */

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
import { afterAll, describe, expect, it } from 'vitest';
import { ModelRegistry } from '../../daemon/src/catalog/modelRegistry.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import { MODEL } from '../golden.ts';
import { writeSingleFile } from '../originalLayout.ts';

const root = mkdtempSync(join(tmpdir(), 'palimpsest-faults-'));
const networks = new Networks(null);
afterAll(async () => {
  await networks.dispose();
  rmSync(root, { recursive: true });
});

const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab\nsize 167335\n';
const PAGE = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>';
const WEIGHTS = 'unet/diffusion_pytorch_model.safetensors';

function copy(name: string, ...parts: string[]): string {
  const folder = join(root, name, ...parts);
  cpSync(MODEL, folder, { recursive: true });
  return folder;
}

/** Why a folder of models cannot use what is in it, by name; null where it can. */
const reasons = (folder: string): Record<string, string | null> =>
  Object.fromEntries(
    new ModelRegistry({ directories: [folder] })
      .listAll()
      .map(({ name, refused }) => [name, refused && render(refused, 'here')]),
  );

describe.each([
  ['a pointer of Git LFS', POINTER, /a pointer of Git LFS, not the file itself\. Run "git lfs pull"/],
  ['a web page', PAGE, /a web page, not the file itself\. Download the file itself/],
  ['nothing', '', /is empty\. Download it again/],
  [
    'an old pointer of Git LFS',
    POINTER.replace('git-lfs.github.com', 'hawser.github.com'),
    /a pointer of Git LFS, not the file itself/,
  ],
  ['a bare web page', '<?xml version="1.0"?>\n<html><body>Sorry</body></html>', /a web page, not the file/],
  ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), /is a PNG picture under another name/],
  ['gzip', Buffer.from('\x1f\x8b\x08\0\0\0\0\0\0\x03', 'latin1'), /is a gzip archive under.*Unpack it/],
  ['7z', Buffer.from('7z\xbc\xaf\x27\x1c\0\x04', 'latin1'), /is a 7z archive under another name\. Unpack it/],
  [
    'zip',
    Buffer.from('PK\x03\x04\x14\0\0\0', 'latin1'),
    /is a (zip archive|pickle of PyTorch or another archive)/,
  ],
])('%s under the name of', (what, content, words) => {
  it.each([
    WEIGHTS,
    'unet/config.json',
    'model_index.json+unet/config.json',
    'tokenizer/vocab.json',
    'tokenizer/merges.txt',
    'tokenizer/tokenizer_config.json',
  ])('%s is told', (names) => {
    const folder = copy(`${what} ${names.replaceAll('/', ' ')}`, 'model');
    const replaced = names.split('+');
    for (const name of replaced) writeFileSync(join(folder, name), content);
    expect(() => new StableDiffusion(folder, networks)).toThrow(words);
    expect(() => new StableDiffusion(folder, networks)).toThrow(join(folder, replaced.at(-1)!));
    if (!names.startsWith('tokenizer')) expect(reasons(dirname(folder)).model).toMatch(words);
  });

  it('a checkpoint is told', () => {
    const folder = join(root, `${what} checkpoint`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'sd.safetensors'), content);
    expect(reasons(folder).sd).toMatch(words);
    expect(() => new StableDiffusion(join(folder, 'sd.safetensors'), networks)).toThrow(words);
  });
});

describe.skipIf(process.platform === 'win32')(
  'a link that leads nowhere, as of an interrupted download',
  () => {
    it.each([WEIGHTS, 'unet/config.json', 'vae/diffusion_pytorch_model.safetensors', 'tokenizer/vocab.json'])(
      '%s is told',
      (name) => {
        const folder = copy(`dangling ${name.replaceAll('/', ' ')}`, 'model');
        const path = join(folder, name);
        rmSync(path);
        symlinkSync('../../blobs/4d7a', path);
        const words = /is a link to \.\.\/\.\.\/blobs\/4d7a, which is not there.*download the model again/;
        expect(() => new StableDiffusion(folder, networks)).toThrow(words);
        if (!name.startsWith('tokenizer')) expect(reasons(dirname(folder)).model).toMatch(words);
      },
    );

    it('a whole repository of the cache whose blobs were cleaned is listed with the reason', () => {
      const folder = copy('cleaned', 'model');
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const path = join(folder, name);
        if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue;
        const target = join(root, 'blobs', name);
        mkdirSync(dirname(target), { recursive: true });
        renameSync(path, target);
        symlinkSync(relative(dirname(path), target), path);
      }
      expect(reasons(dirname(folder)).model).toBeNull();
      rmSync(join(root, 'blobs'), { recursive: true });
      expect(reasons(dirname(folder)).model).toMatch(/which is not there/);
    });

    it('a checkpoint is told', () => {
      const path = join(root, 'gone.safetensors');
      symlinkSync('nowhere.safetensors', path);
      expect(() => new StableDiffusion(path, networks)).toThrow(/is a link to nowhere\.safetensors/);
    });
  },
);

/** The same file with one more tensor, of a type that nothing here reads. */
function withStrangeTensor(path: string, name: string): void {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  const end = bytes.length - 8 - length;
  header[name] = { dtype: 'F8_E4M3', shape: [4], data_offsets: [end, end + 4] };
  const text = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([start, text, bytes.subarray(8 + length), Buffer.alloc(4)]));
}

const overrides = JSON.stringify({
  unet: { attention_head_dim: 4, norm_num_groups: 8 },
  vae: { norm_num_groups: 4 },
  text_encoder: { num_attention_heads: 4 },
});

/** A checkpoint that works, in a folder of its own. */
function checkpoint(folder: string, name: string): string {
  cpSync(join(MODEL, 'tokenizer'), join(root, folder, 'tokenizer'), { recursive: true });
  const path = join(root, folder, name);
  writeSingleFile(MODEL, path);
  writeFileSync(path.replace(/\.safetensors$/i, '.palimpsest.json'), overrides);
  return path;
}

const noiseOf = async (path: string): Promise<readonly number[]> => {
  const model = new StableDiffusion(path, networks);
  const keyContext = await model.encodePrompt('a cat');
  return [...(await model.unet.predictNoise({ latent: tensor([1, 4, 8, 8]), timestep: 1, keyContext })).data];
};

describe('one tensor of an unknown type', () => {
  it('is no fault of a folder where nobody asks for it', async () => {
    const folder = copy('strange', 'model');
    withStrangeTensor(join(folder, WEIGHTS), 'extra.scale');
    expect(reasons(dirname(folder)).model).toBeNull();
    expect(await noiseOf(folder)).toEqual(await noiseOf(MODEL));
  });

  it('is no fault of a checkpoint, be it beside its networks or among them', async () => {
    const path = checkpoint('strange-file', 'sd.safetensors');
    const expected = await noiseOf(path);
    withStrangeTensor(path, 'scaled_fp8');
    withStrangeTensor(path, 'model.diffusion_model.extra');
    expect(reasons(dirname(path)).sd).toBeNull();
    expect(await noiseOf(path)).toEqual(expected);
  });
});

describe('a checkpoint', () => {
  it.each(['SD.SafeTensors', '🐯.safetensors', '🔥 hot 🔥.safetensors', 'modèle (été).safetensors'])(
    'named %s is found by a name that can be spoken, and by its own',
    async (file) => {
      const path = checkpoint(`named ${file}`, file);
      const registry = new ModelRegistry({ directories: [dirname(path)] });
      const [only, ...others] = registry.list();
      expect(others).toEqual([]);
      expect(ModelName.safeParse(only?.name).success).toBe(true);
      expect(only?.place.folder).toBe(path);
      expect(registry.find(file.replace(/\.safetensors$/i, '')).folder).toBe(path);
      expect(await noiseOf(path)).toEqual(await noiseOf(checkpoint('plain', 'plain.safetensors')));
    },
  );

  it('of a folder may have its end in any letters too', () => {
    const folder = copy('capitals', 'model');
    renameSync(join(folder, WEIGHTS), join(folder, 'unet/Diffusion_Pytorch_Model.SAFETENSORS'));
    expect(reasons(dirname(folder)).model).toBeNull();
    expect(new StableDiffusion(folder, networks).checkpoints.unet!.weights.size).toBeGreaterThan(100);
  });

  it('is not lost where two have names of signs alone', () => {
    const first = checkpoint('signs', '🐯.safetensors');
    cpSync(first, join(dirname(first), '🦁.safetensors'));
    const registry = new ModelRegistry({ directories: [dirname(first)] });
    expect(registry.list().map(({ name }) => name)).toEqual(['model', 'model 2']);
    expect(registry.find('🦁').folder).toContain('🦁');
  });

  it('with a long name of letters beyond 16 bits has one that the protocol takes', () => {
    const path = checkpoint('long', `x${'𝒜'.repeat(55)}.safetensors`);
    const [only] = new ModelRegistry({ directories: [dirname(path)] }).list();
    expect(ModelName.safeParse(only?.name).success).toBe(true);
  });
});
