/**
 * @file Names of weights in the original layout of Stable Diffusion (CompVis' latent-diffusion, which single-file
 * checkpoints keep), and the names that the networks ask for (diffusers' and transformers').
 */

import { PalimpsestError, place, sentence } from '@palimpsest/protocol';
import type { StoredTensor } from '../tensor/storedTensor.ts';

export type Tensors = ReadonlyMap<string, StoredTensor>;

/** Prefixes of the networks in a single file. */
export const UNET = 'model.diffusion_model.';
export const VAE = 'first_stage_model.';
/** transformers' text encoder (1.x), in newer files and in some old ones, which leave out `text_model`. */
const CLIP = ['cond_stage_model.transformer.text_model.', 'cond_stage_model.transformer.'];
/** OpenCLIP's text encoder (2.x). */
export const OPEN_CLIP = 'cond_stage_model.model.';

/** A pattern of the original name, and ours. */
type Rule = readonly [RegExp, string];

const RESNET: readonly Rule[] = [
  [/^in_layers\.0\./, 'norm1.'],
  [/^in_layers\.2\./, 'conv1.'],
  [/^emb_layers\.1\./, 'time_emb_proj.'],
  [/^out_layers\.0\./, 'norm2.'],
  [/^out_layers\.3\./, 'conv2.'],
  [/^skip_connection\./, 'conv_shortcut.'],
];

const UNET_ENDS: readonly Rule[] = [
  [/^time_embed\.0\./, 'time_embedding.linear_1.'],
  [/^time_embed\.2\./, 'time_embedding.linear_2.'],
  [/^input_blocks\.0\.0\./, 'conv_in.'],
  [/^out\.0\./, 'conv_norm_out.'],
  [/^out\.2\./, 'conv_out.'],
  [/^middle_block\.0\./, 'mid_block.resnets.0.'],
  [/^middle_block\.1\./, 'mid_block.attentions.0.'],
  [/^middle_block\.2\./, 'mid_block.resnets.1.'],
];

const VAE_RULES: readonly Rule[] = [
  [/\.norm_out\./, '.conv_norm_out.'],
  [/\.mid\.block_1\./, '.mid_block.resnets.0.'],
  [/\.mid\.block_2\./, '.mid_block.resnets.1.'],
  [/\.mid\.attn_1\.norm\./, '.mid_block.attentions.0.group_norm.'],
  [/\.mid\.attn_1\.proj_out\./, '.mid_block.attentions.0.to_out.0.'],
  [/\.mid\.attn_1\.([qkv])\./, '.mid_block.attentions.0.to_$1.'],
  [/\.nin_shortcut\./, '.conv_shortcut.'],
  [/\.down\.(\d+)\.block\.(\d+)\./, '.down_blocks.$1.resnets.$2.'],
  [/\.down\.(\d+)\.downsample\.conv\./, '.down_blocks.$1.downsamplers.0.conv.'],
  [/\.up\.(\d+)\.block\.(\d+)\./, '.up_blocks.$1.resnets.$2.'],
  [/\.up\.(\d+)\.upsample\.conv\./, '.up_blocks.$1.upsamplers.0.conv.'],
];

const OPEN_CLIP_RULES: readonly Rule[] = [
  [/^token_embedding\./, 'embeddings.token_embedding.'],
  [/^positional_embedding$/, 'embeddings.position_embedding.weight'],
  [/^ln_final\./, 'final_layer_norm.'],
  [/^transformer\.resblocks\.(\d+)\./, 'encoder.layers.$1.'],
  [/\.ln_1\./, '.layer_norm1.'],
  [/\.ln_2\./, '.layer_norm2.'],
  [/\.mlp\.c_fc\./, '.mlp.fc1.'],
  [/\.mlp\.c_proj\./, '.mlp.fc2.'],
  [/\.attn\./, '.self_attn.'],
];

const renamed = (name: string, rules: readonly Rule[]): string =>
  rules.reduce((text, [pattern, ours]) => text.replace(pattern, ours), name);

/** The tensors below a prefix, without it. */
export function below(tensors: Tensors, prefix: string): Map<string, StoredTensor> {
  return new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, stored]) => [name.slice(prefix.length), stored]),
  );
}

/**
 * The UNet's weights under our names.
 *
 * @param tensors under the original names, without prefix.
 * @param levels and `layers` per level, which the flat numbers of the original blocks are made from.
 */
export function unetNames(tensors: Tensors, levels: number, layers: number): Map<string, StoredTensor> {
  return new Map([...tensors].map(([name, stored]) => [unetName(name, levels, layers), stored]));
}

function unetName(name: string, levels: number, layers: number): string {
  const [, side, number, part, rest] = /^(input|output)_blocks\.(\d+)\.(\d+)\.(.+)$/.exec(name) ?? [];
  const isBlock = rest !== undefined && !(side === 'input' && number === '0');
  if (!isBlock) {
    const ours = renamed(name, UNET_ENDS);
    const [, block, inner] = /^(mid_block\.resnets\.\d\.)(.+)$/.exec(ours) ?? [];
    return block === undefined ? ours : block + renamed(inner!, RESNET);
  }
  // On the way down each level ends with a block that only halves; on the way up the doubling is part of the last block.
  const perLevel = layers + 1;
  const index = side === 'input' ? Number(number) - 1 : Number(number);
  const [level, layer] = [Math.floor(index / perLevel), index % perLevel];
  const block = side === 'input' ? `down_blocks.${level}` : `up_blocks.${level}`;
  if (level >= levels) return name;
  if (side === 'input' && rest.startsWith('op.')) return `${block}.downsamplers.0.conv.${rest.slice(3)}`;
  if (side === 'output' && rest.startsWith('conv.')) return `${block}.upsamplers.0.${rest}`;
  if (part === '0') return `${block}.resnets.${layer}.${renamed(rest, RESNET)}`;
  return `${block}.attentions.${layer}.${rest}`;
}

/** The VAE's weights under our names; it numbers the levels of its way up from the last. */
export function vaeNames(tensors: Tensors, levels: number): Map<string, StoredTensor> {
  return new Map(
    [...tensors].map(([name, stored]) => {
      const ours = renamed(name, VAE_RULES).replace(
        /\.up_blocks\.(\d+)\./,
        (_, level: string) => `.up_blocks.${levels - 1 - Number(level)}.`,
      );
      // Its attention is stored as 1 x 1 convolutions, which are read as the matrices that they are.
      const isProjection = /\.attentions\.0\.to_.*\.weight$/.test(ours);
      return [ours, isProjection ? { ...stored, shape: stored.shape.slice(0, 2) } : stored];
    }),
  );
}

/** The text encoder's weights under our names, of either kind; null where the file has none. */
export function textNames(tensors: Tensors): Map<string, StoredTensor> | null {
  for (const prefix of CLIP) {
    const found = below(tensors, prefix);
    if (found.size > 0) return under('text_model.', found);
  }
  const open = below(tensors, OPEN_CLIP);
  if (open.size === 0) return null;
  const named = [...open].flatMap(([name, stored]) => {
    const ours = renamed(name, OPEN_CLIP_RULES);
    return ours.includes('.in_proj_') ? split(ours, stored) : [[ours, stored] as const];
  });
  return under('text_model.', new Map(named));
}

const under = (prefix: string, tensors: Tensors): Map<string, StoredTensor> =>
  new Map([...tensors].map(([name, stored]) => [prefix + name, stored]));

/** OpenCLIP keeps queries, keys and values in one tensor: each is a third of its rows, at its own offset in the file. */
function split(name: string, stored: StoredTensor): (readonly [string, StoredTensor])[] {
  const [rows = 0, ...rest] = stored.shape;
  if (rows % 3 !== 0) {
    throw new PalimpsestError(
      'WEIGHT_INVALID',
      sentence`${{ file: place(stored.file) }}: ${{ weight: name }} has ${{ rows }} rows, which are not queries, keys and values of one size. Download it again.`,
    );
  }
  const length = stored.length / 3;
  return ['q', 'k', 'v'].map((part, i) => [
    name.replace('.in_proj_', `.${part}_proj.`),
    { ...stored, shape: [rows / 3, ...rest], offset: stored.offset + i * length, length },
  ]);
}
