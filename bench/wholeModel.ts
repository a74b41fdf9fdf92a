/**
 * @file Whole models of Stable Diffusion 1.5's full size with random weights, as people have them: folders in the
 * diffusers layout, and a single file in the original layout in the folder of a program.
 *
 * All hold the same numbers, those of half precision.
 */

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TOKENIZER_FOLDERS } from '../daemon/src/catalog/searchPlaces.ts';
import { LAVISH } from '../daemon/src/graph/economy.ts';
import type { Shape } from '../daemon/src/graph/elementTypes.ts';
import type { Graph, WeightSource } from '../daemon/src/graph/graph.ts';
import { decoderGraph, encoderGraph } from '../daemon/src/networks/autoencoder.ts';
import { AutoencoderConfig, TextEncoderConfig, UNetConfig } from '../daemon/src/networks/config.ts';
import { textEncoderGraph } from '../daemon/src/networks/textEncoder.ts';
import { originalWeight, textName } from '../test/originalLayout.ts';
import { FULL_UNET } from './models.ts';
import { type Precision, recordWeights, underOwnNames, unetWeights, writeWeights } from './randomModel.ts';

const SMALL = join(import.meta.dirname, '../test/golden/modelA');

const TEXT = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  hidden_act: 'quick_gelu',
  vocab_size: 49408,
};

const VAE = {
  block_out_channels: [128, 256, 512, 512],
  down_block_types: Array(4).fill('DownEncoderBlock2D'),
  up_block_types: Array(4).fill('UpDecoderBlock2D'),
  layers_per_block: 2,
};

/** A way to store a model, and where below a folder it lies. */
export interface Layout {
  readonly name: string;
  readonly path: string;
  readonly write: (path: string) => void;
}

/** Folder of one program, where Forge would have put it. */
const PROGRAM = 'stable-diffusion-webui-forge';

export const LAYOUTS: readonly Layout[] = [
  { name: 'diffusers fp32', path: 'models/full-fp32', write: (path) => writeFolder(path, 'F32') },
  { name: 'diffusers fp16', path: 'models/full-fp16', write: (path) => writeFolder(path, 'F16') },
  {
    name: 'single file fp16',
    path: `${PROGRAM}/models/Stable-diffusion/full.safetensors`,
    write: (path) => writeFile(path, 'F16'),
  },
];

/** The folders, from the root, that somebody would name to `palimpsest models`. */
export const NAMED_FOLDERS = ['models', PROGRAM];

function writeFolder(folder: string, precision: Precision): void {
  const suffix = precision === 'F16' ? '.fp16.safetensors' : '.safetensors';
  for (const [component, { config, shapes }] of Object.entries(components())) {
    mkdirSync(join(folder, component), { recursive: true });
    writeFileSync(join(folder, component, 'config.json'), JSON.stringify(config, null, 2));
    const stem = component === 'text_encoder' ? 'model' : 'diffusion_pytorch_model';
    writeWeights(join(folder, component, stem + suffix), underOwnNames(shapes), precision);
  }
  cpSync(join(SMALL, 'scheduler'), join(folder, 'scheduler'), { recursive: true });
  cpSync(join(SMALL, 'model_index.json'), join(folder, 'model_index.json'));
  writeTokenizer(join(folder, 'tokenizer'));
}

function writeFile(path: string, precision: Precision): void {
  const { unet, vae, text_encoder } = components();
  const inOriginalLayout = (component: 'unet' | 'vae', shapes: ReadonlyMap<string, Shape>) =>
    [...shapes].map(([name, shape]) => {
      const levels = component === 'unet' ? unet.levels : vae.levels;
      const [original, there] = originalWeight(component, name, shape, levels);
      return [original, { name, shape: there }] as const;
    });
  const weights = new Map([
    ...inOriginalLayout('unet', unet.shapes),
    ...inOriginalLayout('vae', vae.shapes),
    ...[...text_encoder.shapes].map(([name, shape]) => [textName(name), { name, shape }] as const),
  ]);
  mkdirSync(dirname(path), { recursive: true });
  writeWeights(path, weights, precision);
  // Beside no checkpoint lies a tokenizer: programs come with their own.
  const program = path.slice(0, path.indexOf(PROGRAM) + PROGRAM.length);
  writeTokenizer(join(program, TOKENIZER_FOLDERS.at(-1)!));
}

/** Config and weights of each network. */
function components() {
  const [unet, vae] = [UNetConfig.parse(FULL_UNET), AutoencoderConfig.parse(VAE)];
  const text = TextEncoderConfig.parse(TEXT);
  const side = 8;
  const coders = (recorder: WeightSource): Graph[] => [
    encoderGraph(recorder, vae, 8 * side, 8 * side, LAVISH),
    decoderGraph(recorder, vae, side, side, LAVISH),
  ];
  return {
    unet: { config: FULL_UNET, levels: unet, shapes: unetWeights(unet) },
    vae: { config: VAE, levels: vae, shapes: recordWeights(coders) },
    text_encoder: {
      config: TEXT,
      shapes: recordWeights((recorder) => textEncoderGraph(recorder, text, 1)),
    },
  };
}

/** The small model's tokenizer, filled up to as many words as CLIP's has. */
function writeTokenizer(folder: string): void {
  cpSync(join(SMALL, 'tokenizer'), folder, { recursive: true });
  const path = join(folder, 'vocab.json');
  const words: Record<string, number> = JSON.parse(readFileSync(path, 'utf8'));
  for (let id = Object.keys(words).length; id < TEXT.vocab_size; id++) words[`<filler ${id}>`] = id;
  writeFileSync(path, JSON.stringify(words));
}
