/**
 * Writes a model of a diffusers folder as one file in the original layout. It names each weight from the layout's own
 * rules, the other way round than the engine reads them.
 */

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Tensor, tensor } from '../daemon/src/tensor/tensor.ts';
import { bytesOf, encodePreamble, readHeader, readTensor } from '../daemon/src/weights/safetensors.ts';

const Levels = z.object({ block_out_channels: z.array(z.number()), layers_per_block: z.number() });
type Levels = z.infer<typeof Levels>;

export type Precision = 'F32' | 'F16';

/** The weights of a component, by name. */
export function weightsOf(folder: string, component: string): Map<string, Tensor> {
  const name = component.endsWith('encoder') ? 'model' : 'diffusion_pytorch_model';
  const { tensors } = readHeader(join(folder, component, `${name}.safetensors`));
  return new Map([...tensors].map(([key, stored]) => [key, readTensor(stored)]));
}

/** A .safetensors file of one precision. */
export function writeWeights(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  precision: Precision,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const entries = new Map([...tensors].map(([name, { shape }]) => [name, { shape, dtype: precision }]));
  const bytes = [...tensors.values()].map(({ data }) => bytesOf(data, precision));
  writeFileSync(path, Buffer.concat([encodePreamble(entries, metadata), ...bytes]));
}

/** A copy of a diffusers folder with the weights of its networks in one precision. */
export function copyModel(from: string, to: string, precision: Precision): void {
  cpSync(from, to, { recursive: true });
  for (const component of ['unet', 'vae', 'text_encoder']) {
    const file = component === 'text_encoder' ? 'model' : 'diffusion_pytorch_model';
    writeWeights(join(to, component, `${file}.safetensors`), weightsOf(from, component), precision);
  }
}

/** The whole model in one file: with OpenCLIP's names for the text encoder, as 2.x has them, or transformers', as 1.x. */
export function writeSingleFile(
  folder: string,
  path: string,
  { precision = 'F32', openClip = false }: { precision?: Precision; openClip?: boolean } = {},
): void {
  const all = new Map<string, Tensor>();
  for (const component of ['unet', 'vae'] as const) {
    const levels = Levels.parse(JSON.parse(readFileSync(join(folder, component, 'config.json'), 'utf8')));
    for (const [name, value] of weightsOf(folder, component)) {
      const [original, shape] = originalWeight(component, name, value.shape, levels);
      all.set(original, { ...value, shape });
    }
  }
  const text = weightsOf(folder, 'text_encoder');
  const named = openClip
    ? openClipWeights(text).map(([name, value]) => [`cond_stage_model.${name}`, value] as const)
    : [...text].map(([name, value]) => [textName(name), value] as const);
  for (const [name, value] of named) all.set(name, value);
  // What training leaves in such files, and what nobody reads.
  all.set('model_ema.decay', tensor([], [0.9999]));
  writeWeights(path, all, precision);
}

/** What a weight of a diffusers folder is called in the original layout, and the shape that it has there. */
export function originalWeight(
  component: 'unet' | 'vae',
  name: string,
  shape: readonly number[],
  { block_out_channels: { length: levels }, layers_per_block: layers }: Levels,
): [string, readonly number[]] {
  if (component === 'unet') return [`model.diffusion_model.${unetName(name, levels, layers)}`, shape];
  const original = `first_stage_model.${vaeName(name, levels)}`;
  // Its attention is stored as 1 x 1 convolutions.
  const isProjection = original.includes('.attn_1.') && shape.length === 2;
  return [original, isProjection ? [...shape, 1, 1] : shape];
}

/** What 1.x calls a weight of the text encoder. */
export const textName = (name: string): string => `cond_stage_model.transformer.${name}`;

const RESNET: Readonly<Record<string, string>> = {
  norm1: 'in_layers.0',
  conv1: 'in_layers.2',
  time_emb_proj: 'emb_layers.1',
  norm2: 'out_layers.0',
  conv2: 'out_layers.3',
  conv_shortcut: 'skip_connection',
};

function resnetName(rest: string): string {
  const [layer = '', end = ''] = rest.split('.');
  return `${RESNET[layer]}.${end}`;
}

function unetName(name: string, levels: number, layers: number): string {
  const [head = '', ...tail] = name.split('.');
  const [a = '', b = '', c = ''] = tail;
  const end = tail.at(-1);
  switch (head) {
    case 'conv_in':
      return `input_blocks.0.0.${a}`;
    case 'conv_norm_out':
      return `out.0.${a}`;
    case 'conv_out':
      return `out.2.${a}`;
    case 'time_embedding':
      return `time_embed.${a === 'linear_1' ? 0 : 2}.${b}`;
    case 'mid_block': {
      const rest = tail.slice(2).join('.');
      if (a === 'attentions') return `middle_block.1.${rest}`;
      return `middle_block.${b === '0' ? 0 : 2}.${resnetName(rest)}`;
    }
    case 'down_blocks': {
      const rest = tail.slice(3).join('.');
      const first = 1 + Number(a) * (layers + 1);
      if (b === 'downsamplers') return `input_blocks.${first + layers}.0.op.${end}`;
      const block = `input_blocks.${first + Number(c)}`;
      return b === 'resnets' ? `${block}.0.${resnetName(rest)}` : `${block}.1.${rest}`;
    }
    case 'up_blocks': {
      const rest = tail.slice(3).join('.');
      const first = Number(a) * (layers + 1);
      // The last level on the way down has no attention, so its mirror on the way up has none before the doubling.
      if (b === 'upsamplers') return `output_blocks.${first + layers}.${a === '0' ? 1 : 2}.conv.${end}`;
      const block = `output_blocks.${first + Number(c)}`;
      return b === 'resnets' ? `${block}.0.${resnetName(rest)}` : `${block}.1.${rest}`;
    }
  }
  throw new Error(`no original name for ${name} (${levels} levels)`);
}

const VAE_ATTENTION: Readonly<Record<string, string>> = {
  group_norm: 'norm',
  query: 'q',
  key: 'k',
  value: 'v',
  proj_attn: 'proj_out',
  to_q: 'q',
  to_k: 'k',
  to_v: 'v',
  to_out: 'proj_out',
};

function vaeName(name: string, levels: number): string {
  const [side = '', head = '', a = '', b = '', c = '', d = ''] = name.split('.');
  const end = name.split('.').at(-1);
  const residual = (layer: string) => `${layer.replace('conv_shortcut', 'nin_shortcut')}.${end}`;
  if (side === 'quant_conv' || side === 'post_quant_conv') return name;
  if (head === 'conv_norm_out') return `${side}.norm_out.${end}`;
  if (head === 'mid_block') {
    if (a === 'attentions') return `${side}.mid.attn_1.${VAE_ATTENTION[c]}.${end}`;
    return `${side}.mid.block_${Number(b) + 1}.${residual(c)}`;
  }
  if (head !== 'down_blocks' && head !== 'up_blocks') return name;
  const down = head === 'down_blocks';
  const level = `${side}.${down ? 'down' : 'up'}.${down ? a : levels - 1 - Number(a)}`;
  if (b === 'resnets') return `${level}.block.${c}.${residual(d)}`;
  return `${level}.${down ? 'downsample' : 'upsample'}.conv.${end}`;
}

const OPEN_CLIP: readonly (readonly [string, string])[] = [
  ['text_model.embeddings.token_embedding.', 'token_embedding.'],
  ['text_model.embeddings.position_embedding.weight', 'positional_embedding'],
  ['text_model.final_layer_norm.', 'ln_final.'],
  ['text_model.encoder.layers.', 'transformer.resblocks.'],
  ['.layer_norm1.', '.ln_1.'],
  ['.layer_norm2.', '.ln_2.'],
  ['.mlp.fc1.', '.mlp.c_fc.'],
  ['.mlp.fc2.', '.mlp.c_proj.'],
  ['.self_attn.', '.attn.'],
];

/** Queries, keys and values in one tensor, and a last layer that 2.x computes but does not use. */
function openClipWeights(text: ReadonlyMap<string, Tensor>): (readonly [string, Tensor])[] {
  const named = new Map<string, Tensor>();
  for (const [name, value] of text) {
    const original = OPEN_CLIP.reduce((all, [ours, theirs]) => all.replace(ours, theirs), name);
    if (/\.k_proj\.|\.v_proj\./.test(original)) continue;
    if (!original.includes('.q_proj.')) {
      named.set(original, value);
      continue;
    }
    const parts = ['q', 'k', 'v'].map((part) => text.get(name.replace('.q_proj.', `.${part}_proj.`))!);
    const data = Float32Array.from(parts.flatMap((part) => [...part.data]));
    const [rows = 0, ...rest] = value.shape;
    named.set(original.replace('.q_proj.', '.in_proj_'), { shape: [3 * rows, ...rest], data });
  }
  const layers = new Set(
    [...named.keys()].map((name) => /resblocks\.(\d+)/.exec(name)?.[1]).filter((n) => n),
  );
  const unused = [...named].filter(([name]) => name.includes('resblocks.0.'));
  for (const [name, value] of unused) {
    named.set(name.replace('resblocks.0.', `resblocks.${layers.size}.`), tensor(value.shape));
  }
  return [...named].map(([name, value]) => [`model.${name}`, value]);
}
