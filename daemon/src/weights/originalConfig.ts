/**
 * @file The configs of a single-file checkpoint, which holds none: what the shapes of its weights say, and what all
 * models of that kind share.
 */

import { ours, PalimpsestError, place, type Sentence, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import { below, OPEN_CLIP, type Tensors, textNames, UNET, VAE } from './originalNames.ts';
import { readTensor, type SafetensorsFile } from './safetensors.ts';
import { unfitTypes } from './weightTypes.ts';

/** Configs before they are checked: the schemas of config.ts do that. */
export interface RawConfigs {
  readonly unet: object;
  readonly vae: object;
  readonly text_encoder: object;
  readonly scheduler: object;
}

/** Facts that a checkpoint may say of itself in its metadata. */
const Claims = z.object({ 'modelspec.prediction_type': z.enum(['epsilon', 'v']).optional() });

/** Stable Diffusion 1.x has 8 heads everywhere; 2.x heads of 64 channels; CLIP heads of 64 in both. */
const HEADS = 8;
const HEAD_WIDTH = 64;

/** The deviation of a late norm's bias beyond which 2.x predicts velocity: learned ones lie far off on either side. */
const VELOCITY_DEVIATION = 0.09;
const VELOCITY_NORM = `${UNET}output_blocks.11.1.transformer_blocks.0.norm1.bias`;

/** Keys that only models of other kinds have. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['conditioner.embedders.', 'Stable Diffusion XL'],
  [`${UNET}joint_blocks.`, 'Stable Diffusion 3'],
  [`${UNET}double_blocks.`, 'Flux'],
  [`${UNET}label_emb.`, 'a UNet with labels, such as that of Stable Diffusion XL'],
  ['lora_', 'a LoRA, which changes a model and is none: name it with --lora'],
  ['control_model.', 'a ControlNet'],
  ['decoder.conv_in.', 'a VAE alone, which --vae puts into a model'],
];

/**
 * What keeps a file from being a whole Stable Diffusion 1.x or 2.x, or null. Reads names and shapes only.
 *
 * @param hasVae whether there is a VAE of its own for it.
 */
export function unfit({ tensors }: SafetensorsFile, hasVae: boolean): Sentence | null {
  const names = [...tensors.keys()];
  const other = OTHERS.find(([prefix]) => names.some((name) => name.startsWith(prefix)));
  if (other !== undefined) return sentence`it is ${{ kind: ours(other[1]) }}`;
  const input = tensors.get(`${UNET}input_blocks.0.0.weight`);
  if (input === undefined) return sentence`it holds no UNet in the original layout (model.diffusion_model.*)`;
  if (input.shape[1] !== 4)
    return sentence`its UNet takes ${{ channels: input.shape[1] ?? 0 }} channels (a model for inpainting or depth)`;
  if (!hasVae && !names.some((name) => name.startsWith(VAE))) {
    return sentence`it holds no VAE (first_stage_model.*); put one beside it as NAME.vae.safetensors, or name one with --vae`;
  }
  const text = textNames(tensors);
  if (text === null) return sentence`it holds no text encoder (cond_stage_model.*)`;
  const networks = [below(tensors, UNET), ...(hasVae ? [] : [below(tensors, VAE)]), text];
  return networks.map((weights) => unfitTypes(weights.values())).find((reason) => reason !== null) ?? null;
}

/**
 * @param hasVae whether there is a VAE of its own for it.
 * @throws {PalimpsestError} CONFIG_UNSUPPORTED when the file is no whole Stable Diffusion 1.x or 2.x.
 */
export function deduceConfigs(file: SafetensorsFile, hasVae: boolean): RawConfigs {
  const reason = unfit(file, hasVae);
  if (reason !== null) {
    throw new PalimpsestError(
      'CONFIG_UNSUPPORTED',
      sentence`${{ file: place(file.path) }} cannot be used: ${{ reason }}. Palimpsest runs whole Stable Diffusion 1.x and 2.x text-to-image models.`,
    );
  }
  const { tensors } = file;
  const prediction = predictionOf(file);
  const isSecond = [...tensors.keys()].some((name) => name.startsWith(OPEN_CLIP));
  return {
    unet: { ...unetConfig(below(tensors, UNET)), sample_size: prediction === 'v_prediction' ? 96 : 64 },
    vae: hasVae ? {} : vaeConfig(below(tensors, VAE)),
    text_encoder: textConfig(textNames(tensors)!, isSecond),
    scheduler: { beta_schedule: 'scaled_linear', prediction_type: prediction },
  };
}

function predictionOf({ metadata, tensors }: SafetensorsFile): 'epsilon' | 'v_prediction' {
  const claims = Claims.safeParse(metadata);
  const claim = claims.success ? claims.data['modelspec.prediction_type'] : undefined;
  if (claim !== undefined) return claim === 'v' ? 'v_prediction' : 'epsilon';
  // Only models with OpenCLIP's text encoder were published in both kinds.
  const bias = tensors.get(VELOCITY_NORM);
  if (bias === undefined || ![...tensors.keys()].some((name) => name.startsWith(OPEN_CLIP))) return 'epsilon';
  const { data } = readTensor(bias);
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length;
  return Math.sqrt(variance) > VELOCITY_DEVIATION ? 'v_prediction' : 'epsilon';
}

/** Size of an axis of a weight that was seen to be there, or that the network's builder will ask for. */
const size = (tensors: Tensors, name: string, axis: number): number => tensors.get(name)?.shape[axis] ?? 0;

/** The largest number after a prefix, plus one: how many blocks there are. */
function count(tensors: Tensors, pattern: RegExp): number {
  const numbers = [...tensors.keys()].map((name) => Number(pattern.exec(name)?.[1] ?? -1));
  return Math.max(-1, ...numbers) + 1;
}

function unetConfig(tensors: Tensors): object {
  const blocks = count(tensors, /^input_blocks\.(\d+)\./);
  // Each level but the last ends with a block that only halves the picture.
  const isHalving = (block: number) => tensors.has(`input_blocks.${block}.0.op.weight`);
  const levels: number[][] = [[]];
  for (let block = 1; block < blocks; block++) {
    if (isHalving(block)) levels.push([]);
    else levels.at(-1)!.push(block);
  }
  const attends = (level: readonly number[]) => tensors.has(`input_blocks.${level[0]}.1.norm.weight`);
  const channels = levels.map((level) => size(tensors, `input_blocks.${level[0]}.0.out_layers.3.weight`, 0));
  const keys = [...tensors.keys()].find((name) => name.endsWith('attn2.to_k.weight')) ?? '';
  const projection = [...tensors].find(([name]) => name.endsWith('.1.proj_in.weight'))?.[1];
  const isLinear = projection?.shape.length === 2;
  return {
    in_channels: size(tensors, 'input_blocks.0.0.weight', 1),
    out_channels: size(tensors, 'out.2.weight', 0),
    block_out_channels: channels,
    down_block_types: levels.map((level) => (attends(level) ? 'CrossAttnDownBlock2D' : 'DownBlock2D')),
    up_block_types: levels.map((level) => (attends(level) ? 'CrossAttnUpBlock2D' : 'UpBlock2D')).reverse(),
    layers_per_block: levels[0]!.length,
    cross_attention_dim: size(tensors, keys, 1),
    attention_head_dim: isLinear ? channels.map((width) => width / HEAD_WIDTH) : HEADS,
    transformer_layers_per_block: count(tensors, /^middle_block\.1\.transformer_blocks\.(\d+)\./),
    use_linear_projection: isLinear,
  };
}

/** The VAE's config by its weights, under their original names or diffusers', without prefix. */
export function vaeConfig(tensors: Tensors): object {
  const isOriginal = count(tensors, /^encoder\.down\.(\d+)\./) > 0;
  const [level, layer] = isOriginal ? ['encoder.down', 'block'] : ['encoder.down_blocks', 'resnets'];
  const dots = (name: string) => name.replaceAll('.', '\\.');
  const numbers = [...Array(count(tensors, new RegExp(`^${dots(level)}\\.(\\d+)\\.`))).keys()];
  return {
    latent_channels: size(tensors, 'decoder.conv_in.weight', 1),
    block_out_channels: numbers.map((i) => size(tensors, `${level}.${i}.${layer}.0.conv2.weight`, 0)),
    down_block_types: numbers.map(() => 'DownEncoderBlock2D'),
    up_block_types: numbers.map(() => 'UpDecoderBlock2D'),
    layers_per_block: count(tensors, new RegExp(`^${dots(level)}\\.0\\.${layer}\\.(\\d+)\\.`)),
  };
}

function textConfig(tensors: Tensors, isSecond: boolean): object {
  const words = 'text_model.embeddings.token_embedding.weight';
  const width = size(tensors, words, 1);
  const layers = count(tensors, /^text_model\.encoder\.layers\.(\d+)\./);
  return {
    hidden_size: width,
    intermediate_size: size(tensors, 'text_model.encoder.layers.0.mlp.fc1.weight', 0),
    // 2.x takes the output of the last layer but one, so the last is left out.
    num_hidden_layers: isSecond ? layers - 1 : layers,
    num_attention_heads: width / HEAD_WIDTH,
    hidden_act: isSecond ? 'gelu' : 'quick_gelu',
    vocab_size: size(tensors, words, 0),
    max_position_embeddings: size(tensors, 'text_model.embeddings.position_embedding.weight', 0),
  };
}
