/** @file The configs of a diffusers folder: what we read of each, with the published defaults. */

import { join } from 'node:path';
import { ours, PalimpsestError, place, type Sentence, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import { faultSentence } from '../files/fileFault.ts';
import { JsonFault, readJson } from '../files/json.ts';

const size = z.int().positive();
/** A key that some models set to a value that asks for a network we do not build. */
const only = <T extends string | number | boolean | null>(...values: readonly [T, ...T[]]) =>
  z.literal(values).default(values[0] as never);

const Activation = z.enum(['quick_gelu', 'gelu']).default('quick_gelu');

const ClipConfig = z.object({
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  hidden_act: Activation,
  layer_norm_eps: z.number().positive().default(1e-5),
});

/** transformers' CLIPTextConfig. */
export const TextEncoderConfig = ClipConfig.extend({
  vocab_size: size.default(49408),
  max_position_embeddings: size.default(77),
});
export type TextEncoderConfig = z.infer<typeof TextEncoderConfig>;

/** transformers' CLIPVisionConfig. */
export const ImageEncoderConfig = ClipConfig.extend({
  image_size: size.default(224),
  patch_size: size.default(32),
  num_channels: only(3),
});
export type ImageEncoderConfig = z.infer<typeof ImageEncoderConfig>;

/** transformers' CLIPConfig, of CLIP's two encoders in one folder: only the vision encoder's part is of use. */
export const ClipModelConfig = z.object({ vision_config: ImageEncoderConfig.optional() });

const triple = z.tuple([z.number(), z.number(), z.number()]);

/** transformers' preprocessor_config.json of CLIP; the defaults are CLIP's published mean and deviation. */
export const PreprocessorConfig = z.object({
  image_mean: triple.default([0.48145466, 0.4578275, 0.40821073]),
  image_std: triple.default([0.26862954, 0.26130258, 0.27577711]),
});
export type PreprocessorConfig = z.infer<typeof PreprocessorConfig>;

/** diffusers' AutoencoderKL. */
export const AutoencoderConfig = z.object({
  in_channels: only(3),
  out_channels: only(3),
  latent_channels: size.default(4),
  block_out_channels: z.array(size).min(1),
  down_block_types: z.array(z.literal('DownEncoderBlock2D')),
  up_block_types: z.array(z.literal('UpDecoderBlock2D')),
  layers_per_block: size.default(1),
  norm_num_groups: size.default(32),
  act_fn: only('silu', 'swish'),
  sample_size: size.default(512),
  scaling_factor: z.number().positive().default(0.18215),
  use_quant_conv: only(true),
  use_post_quant_conv: only(true),
  mid_block_add_attention: only(true),
});
export type AutoencoderConfig = z.infer<typeof AutoencoderConfig>;

/** diffusers' UNet2DConditionModel, as far as Stable Diffusion 1.x and 2.x use it. */
export const UNetConfig = z.object({
  sample_size: size.default(64),
  in_channels: z
    .literal(4, 'models for inpainting, depth or other pictures beside the noise take more')
    .default(4),
  out_channels: size.default(4),
  block_out_channels: z.array(size).min(2),
  down_block_types: z.array(z.enum(['CrossAttnDownBlock2D', 'DownBlock2D'])),
  up_block_types: z.array(z.enum(['CrossAttnUpBlock2D', 'UpBlock2D'])),
  mid_block_type: only('UNetMidBlock2DCrossAttn'),
  layers_per_block: size.default(2),
  cross_attention_dim: size.default(1280),
  /** The number of heads, despite its name (a quirk of diffusers), for all blocks or one for each. */
  attention_head_dim: z.union([size, z.array(size)]).default(8),
  num_attention_heads: z.union([size, z.array(size)]).nullish(),
  norm_num_groups: size.default(32),
  norm_eps: z.number().positive().default(1e-5),
  use_linear_projection: z.boolean().default(false),
  transformer_layers_per_block: size.default(1),
  flip_sin_to_cos: only(true),
  freq_shift: only(0),
  downsample_padding: only(1),
  mid_block_scale_factor: only(1),
  center_input_sample: only(false),
  act_fn: only('silu', 'swish'),
  only_cross_attention: only(false),
  dual_cross_attention: only(false),
  class_embed_type: only(null),
  num_class_embeds: only(null),
  addition_embed_type: only(null),
  encoder_hid_dim: only(null),
  time_cond_proj_dim: only(null),
  time_embedding_type: only('positional'),
  resnet_time_scale_shift: only('default'),
  resnet_skip_time_act: only(false),
  conv_in_kernel: only(3),
  conv_out_kernel: only(3),
  attention_type: only('default'),
});
export type UNetConfig = z.infer<typeof UNetConfig>;

/** diffusers' schedulers, as far as they describe the noise that the model was trained with. */
export const SchedulerConfig = z.object({
  num_train_timesteps: size.default(1000),
  beta_start: z.number().positive().default(0.00085),
  beta_end: z.number().positive().default(0.012),
  beta_schedule: z.enum(['scaled_linear', 'linear']).default('scaled_linear'),
  prediction_type: z.enum(['epsilon', 'v_prediction']).default('epsilon'),
  trained_betas: only(null),
  rescale_betas_zero_snr: only(false),
});
export type SchedulerConfig = z.infer<typeof SchedulerConfig>;

/**
 * Reads and checks one JSON config of a model folder.
 *
 * @param path the file within the model folder, such as `unet/config.json`.
 * @param called what to call the folder.
 * @throws {PalimpsestError} MODEL_FOLDER_INVALID when it is missing or not JSON, CONFIG_UNSUPPORTED naming the key
 *   and the value when it asks for a network that the engine does not build.
 */
export function readConfig<T extends z.ZodType>(
  folder: string,
  path: string,
  schema: T,
  called = folder,
): z.infer<T> {
  const file = join(called, path);
  let json: unknown;
  try {
    json = readJson(join(folder, path));
  } catch (cause) {
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      faultSentence(join(folder, path), file) ??
        notJson(file, cause) ??
        sentence`Cannot read ${{ file: place(file) }}. A model folder in the diffusers layout has this file: check the path and the download.`,
      { cause },
    );
  }
  return parseConfig(file, json, schema);
}

/** What to tell of a config that is not JSON; null where that is not the reason. */
export const notJson = (file: string, cause: unknown): Sentence | null =>
  cause instanceof JsonFault
    ? sentence`${{ file: place(file) }} is not valid JSON: look at ${{ where: cause.message }}. Mend it, or download it again.`
    : null;

/**
 * The configs that every model folder has.
 *
 * @param called what to call the folder.
 * @throws {PalimpsestError} as `readConfig`.
 */
export function readModelConfigs(folder: string, called = folder) {
  const read = <T extends z.ZodType>(path: string, schema: T) => readConfig(folder, path, schema, called);
  return {
    // The UNet first, for it tells most kinds of models apart.
    unet: read('unet/config.json', UNetConfig),
    text: read('text_encoder/config.json', TextEncoderConfig),
    vae: read('vae/config.json', AutoencoderConfig),
    scheduler: read('scheduler/scheduler_config.json', SchedulerConfig),
  };
}

/**
 * The config of CLIP's vision encoder, alone or beside its text encoder.
 *
 * @throws {PalimpsestError} as `readConfig`.
 */
export function readImageConfig(folder: string, called = folder): ImageEncoderConfig {
  const whole = readConfig(folder, 'config.json', ClipModelConfig, called);
  return whole.vision_config ?? readConfig(folder, 'config.json', ImageEncoderConfig, called);
}

/**
 * Checks a config.
 *
 * @param file what to call it.
 * @throws {PalimpsestError} CONFIG_UNSUPPORTED naming the key and the value.
 */
export function parseConfig<T extends z.ZodType>(file: string, json: unknown, schema: T): z.infer<T> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = issue?.path.join('.') ?? '';
  const value = issue?.path.reduce<unknown>(
    (part, step) => (part as Record<PropertyKey, unknown>)?.[step],
    json,
  );
  throw new PalimpsestError(
    'CONFIG_UNSUPPORTED',
    sentence`${{ file: place(file) }}: ${{ key }} is ${{ value: String(JSON.stringify(value)) }}, which is not supported (${{ reason: ours(issue?.message ?? '') }}). Palimpsest runs Stable Diffusion 1.x and 2.x text-to-image models.`,
  );
}
