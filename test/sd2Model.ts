/** A small model of Stable Diffusion 2's architecture with random weights, in the diffusers layout. */

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordWeights, unetWeights } from '../bench/randomModel.ts';
import { LAVISH } from '../daemon/src/graph/economy.ts';
import type { Shape } from '../daemon/src/graph/elementTypes.ts';
import { decoderGraph, encoderGraph } from '../daemon/src/networks/autoencoder.ts';
import {
  AutoencoderConfig,
  ImageEncoderConfig,
  PreprocessorConfig,
  TextEncoderConfig,
  UNetConfig,
} from '../daemon/src/networks/config.ts';
import { imageEncoderGraph } from '../daemon/src/networks/imageEncoder.ts';
import { textEncoderGraph } from '../daemon/src/networks/textEncoder.ts';
import { normalTensor, uniformGenerator } from '../daemon/src/tensor/random.ts';
import { elementCount, type Tensor, tensor } from '../daemon/src/tensor/tensor.ts';
import { encodeSafetensors } from '../daemon/src/weights/safetensors.ts';
import { MODEL } from './golden.ts';

const WIDTH = 48;

/** What differs from SD 1.x: linear projections, heads for each block, v-prediction, gelu, its own pad token. */
const CONFIGS = {
  text_encoder: {
    hidden_size: WIDTH,
    intermediate_size: 4 * WIDTH,
    num_hidden_layers: 2,
    num_attention_heads: 3,
    hidden_act: 'gelu',
    vocab_size: 994,
  },
  image_encoder: {
    hidden_size: WIDTH,
    intermediate_size: 4 * WIDTH,
    num_hidden_layers: 2,
    num_attention_heads: 6,
    hidden_act: 'gelu',
    image_size: 112,
    patch_size: 14,
  },
  vae: {
    block_out_channels: [8, 16, 16, 16],
    down_block_types: Array(4).fill('DownEncoderBlock2D'),
    up_block_types: Array(4).fill('UpDecoderBlock2D'),
    layers_per_block: 1,
    norm_num_groups: 4,
    sample_size: 192,
  },
  unet: {
    attention_head_dim: [2, 4, 8, 8],
    block_out_channels: [16, 32, 48, 48],
    cross_attention_dim: WIDTH,
    down_block_types: [...Array(3).fill('CrossAttnDownBlock2D'), 'DownBlock2D'],
    up_block_types: ['UpBlock2D', ...Array(3).fill('CrossAttnUpBlock2D')],
    layers_per_block: 1,
    norm_num_groups: 8,
    sample_size: 24,
    use_linear_projection: true,
    upcast_attention: true,
  },
  scheduler: { beta_schedule: 'scaled_linear', prediction_type: 'v_prediction', steps_offset: 1 },
};

export interface Sd2ModelOptions {
  readonly prediction?: 'epsilon' | 'v_prediction';
}

/** Writes the model into a folder. Names and shapes of the weights are what the engine asks for. */
export function writeSd2Model(folder: string, { prediction = 'v_prediction' }: Sd2ModelOptions = {}): void {
  const uniform = uniformGenerator(2);
  const writeConfig = (component: keyof typeof CONFIGS, name: string, config: object) => {
    mkdirSync(join(folder, component), { recursive: true });
    writeFileSync(join(folder, component, name), JSON.stringify(config, null, 1));
  };
  const write = (component: Exclude<keyof typeof CONFIGS, 'scheduler'>, weights: string) => {
    writeConfig(component, 'config.json', CONFIGS[component]);
    const tensors = new Map(
      [...shapesOf(component)].map(([key, shape]) => [key, randomWeight(key, shape, uniform)]),
    );
    writeFileSync(join(folder, component, weights), encodeSafetensors(tensors));
  };
  write('text_encoder', 'model.safetensors');
  write('image_encoder', 'model.safetensors');
  write('vae', 'diffusion_pytorch_model.safetensors');
  write('unet', 'diffusion_pytorch_model.safetensors');
  writeConfig('scheduler', 'scheduler_config.json', { ...CONFIGS.scheduler, prediction_type: prediction });
  cpSync(join(MODEL, 'tokenizer'), join(folder, 'tokenizer'), { recursive: true });
  writeFileSync(join(folder, 'tokenizer/special_tokens_map.json'), '{"pad_token": "!"}');
}

/** The VAE's attention takes its new names, since every name is said to exist. */
function shapesOf(component: Exclude<keyof typeof CONFIGS, 'scheduler'>): Map<string, Shape> {
  switch (component) {
    case 'text_encoder':
      return recordWeights((recorder) => {
        textEncoderGraph(recorder, TextEncoderConfig.parse(CONFIGS.text_encoder), 1);
      });
    case 'image_encoder':
      return recordWeights((recorder) => {
        const config = ImageEncoderConfig.parse(CONFIGS.image_encoder);
        imageEncoderGraph(recorder, config, PreprocessorConfig.parse({}), [64, 64]);
      });
    case 'vae':
      return recordWeights((recorder) => {
        encoderGraph(recorder, AutoencoderConfig.parse(CONFIGS.vae), 64, 64, LAVISH);
        decoderGraph(recorder, AutoencoderConfig.parse(CONFIGS.vae), 8, 8, LAVISH);
      });
    case 'unet':
      return unetWeights(UNetConfig.parse(CONFIGS.unet));
  }
}

/** Norms near 1, biases small, everything else of a deviation that keeps a sum over its inputs at their size. */
function randomWeight(name: string, shape: Shape, uniform: () => number): Tensor {
  const noise = normalTensor(shape, uniform);
  if (shape.length === 1) {
    const centre = name.endsWith('.weight') ? 1 : 0;
    return tensor(
      shape,
      noise.data.map((x) => centre + 0.1 * x),
    );
  }
  const deviation = elementCount(shape.slice(1)) ** -0.5;
  return tensor(
    shape,
    noise.data.map((x) => deviation * x),
  );
}
