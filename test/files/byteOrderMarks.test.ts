/** @file Texts of other programs may begin with a byte order mark: models and settings are read all the same. */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { render } from '@palimpsest/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyUnfitFolder } from '../../daemon/src/catalog/modelFolder.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { loadTokenizer } from '../../daemon/src/networks/tokenizer.ts';
import { readConfig } from '../../daemon/src/settings/config.ts';
import { Checkpoint } from '../../daemon/src/weights/checkpoint.ts';
import { MODEL } from '../golden.ts';
import { writeSingleFile } from '../originalLayout.ts';

const root = mkdtempSync(join(tmpdir(), 'palimpsest-marks-'));
afterAll(() => rmSync(root, { recursive: true }));

/** As Windows' own programs write it. */
const MARKED: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16, big endian': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
};

describe.each(Object.entries(MARKED))('in %s', (encoding, marked) => {
  const folder = join(root, encoding);
  const mark = (path: string) => writeFileSync(path, marked(readFileSync(path, 'utf8')));
  const texts = (of: string) =>
    readdirSync(of, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(json|txt)$/.test(name));

  beforeAll(() => {
    cpSync(MODEL, folder, { recursive: true });
    for (const name of texts(folder)) mark(join(folder, name));
  });

  it('a model folder', () => {
    expect(texts(folder).length).toBeGreaterThan(8);
    expect(whyUnfitFolder(folder)).toBeNull();
    const [marks, plain] = [folder, MODEL].map((path) => new StableDiffusion(path, new Networks(null)));
    expect(marks!.unet.config).toEqual(plain!.unet.config);
    expect(marks!.tokenizer.encodePrompt('a tiger, tigers')).toEqual(
      plain!.tokenizer.encodePrompt('a tiger, tigers'),
    );
  });

  it('its table of contents', () => {
    const other = join(folder, '../other', encoding);
    cpSync(folder, other, { recursive: true });
    rmSync(join(other, 'unet'), { recursive: true });
    writeFileSync(join(other, 'model_index.json'), marked('{"_class_name": "FluxPipeline"}'));
    expect(render(whyUnfitFolder(other)!, 'here')).toMatch(/^it is a FluxPipeline/);
  });

  it('a tokenizer in one file', () => {
    const fast = join(root, `fast-${encoding}`);
    cpSync(join(MODEL, 'tokenizer'), join(fast, 'tokenizer'), { recursive: true });
    const at = (name: string) => join(fast, 'tokenizer', name);
    const merges = readFileSync(at('merges.txt'), 'utf8').trim().split('\n').slice(1);
    const vocab = JSON.parse(readFileSync(at('vocab.json'), 'utf8'));
    writeFileSync(at('tokenizer.json'), marked(JSON.stringify({ model: { vocab, merges } })));
    rmSync(at('vocab.json'));
    rmSync(at('merges.txt'));
    expect(loadTokenizer(fast).encodePrompt('a tiger')).toEqual(loadTokenizer(MODEL).encodePrompt('a tiger'));
  });

  it('an index of weights', () => {
    const unet = join(root, `parts-${encoding}`);
    cpSync(join(MODEL, 'unet'), unet, { recursive: true });
    const [name] = Checkpoint.open(unet).weights.keys();
    const index = { weight_map: { [name!]: 'diffusion_pytorch_model.safetensors' } };
    writeFileSync(
      join(unet, 'diffusion_pytorch_model.safetensors.index.json'),
      marked(JSON.stringify(index)),
    );
    expect(Checkpoint.open(unet).has(name!)).toBe(true);
  });

  it('what is set right beside a checkpoint', () => {
    const path = join(root, `single-${encoding}`, 'model.safetensors');
    mkdirSync(dirname(path));
    writeSingleFile(MODEL, path);
    cpSync(join(MODEL, 'tokenizer'), join(dirname(path), 'tokenizer'), { recursive: true });
    const own = {
      unet: { attention_head_dim: 4, norm_num_groups: 8 },
      vae: { norm_num_groups: 4 },
      text_encoder: { num_attention_heads: 4 },
    };
    writeFileSync(path.replace('.safetensors', '.palimpsest.json'), marked(JSON.stringify(own)));
    expect(new StableDiffusion(path, new Networks(null)).unet.config.attention_head_dim).toBe(4);
  });

  it('the settings', () => {
    const config = join(root, `config-${encoding}`);
    mkdirSync(config);
    writeFileSync(join(config, 'config.json'), marked('{"models": ["/modèles/🐯"], "port": 4711}'));
    expect(readConfig(config, {})).toMatchObject({ models: ['/modèles/🐯'], port: 4711 });
  });
});
