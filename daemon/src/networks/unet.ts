/**
 * @file The UNet epsilon_theta (diffusers' UNet2DConditionModel, Stable Diffusion 1.x and 2.x).
 *
 * One definition serves every use. Keys and values of cross-attention have contexts of their own (paper, section 3.3:
 * K = Psi_K(c), V = Psi_V(c~)), and what happens between queries, keys and values is the caller's.
 */

import type { Graph, Value, WeightSource } from '../graph/graph.ts';
import { upsampleNearest } from '../graph/ops/convolution.ts';
import { add, mul, silu } from '../graph/ops/elementwise.ts';
import { concat } from '../graph/ops/movement.ts';
import type { UNetConfig } from './config.ts';
import { convLayer, groupNormLayer, linearLayer, Weights } from './layers.ts';
import { resnetBlock } from './resnetBlock.ts';
import {
  type AttentionSite,
  type Contexts,
  type SiteAttention,
  spatialTransformer,
} from './spatialTransformer.ts';

/** What one evaluation is given. */
export interface UNetInputs extends Contexts {
  /** [N, C, h, w]: any size whose sides the levels halve evenly. */
  readonly latent: Value;
  /** The sinusoidal features of the timestep [1, C0], shared by the batch (see `timeFeatures`). */
  readonly time: Value;
  /** For a model that predicts velocity: noise = sqrt(abar) v + sqrt(1 - abar) z, each factor a scalar. */
  readonly velocity: { readonly output: Value; readonly sample: Value } | null;
}

/** One residual block of the way up. */
export interface ResidualSite {
  /** Its number within its level, in call order. */
  readonly layer: number;
  readonly height: number;
  readonly width: number;
}

/** May change what a residual block of the way up adds to its shortcut, [N, C, height, width]. */
export type SiteResidual = (site: ResidualSite, hidden: Value) => Value;

/** The number of heads of each level (diffusers keeps it under the name attention_head_dim). */
export function headsPerLevel({
  attention_head_dim,
  num_attention_heads,
  block_out_channels,
}: UNetConfig): number[] {
  const heads = num_attention_heads ?? attention_head_dim;
  return block_out_channels.map((_, level) => (typeof heads === 'number' ? heads : heads[level]!));
}

/**
 * The predicted noise [N, C, h, w], computed in the graph's precision, and given as float32.
 *
 * @param attention computes each of the attention modules from its q, k and v.
 * @param residual sees the residual blocks of the way up; leaves them as they are when left out.
 */
export function predictedNoise(
  graph: Graph,
  source: WeightSource,
  config: UNetConfig,
  inputs: UNetInputs,
  attention: SiteAttention,
  residual: SiteResidual = (_, hidden) => hidden,
): Value {
  const weights = new Weights(graph, source);
  const inPrecision = (x: Value) => graph.cast(x, graph.precision);
  const contexts: Contexts = {
    keyContext: inPrecision(inputs.keyContext),
    valueContext: inPrecision(inputs.valueContext),
  };
  const channels = config.block_out_channels;
  const levels = channels.length;
  const heads = headsPerLevel(config);
  const norm = { groups: config.norm_num_groups, epsilon: config.norm_eps };
  const time = timeEmbedding(weights.at('time_embedding'), inPrecision(inputs.time), 4 * channels[0]!);

  let sites = 0;
  const resnet = (at: Weights, x: Value, width: number, inject?: (hidden: Value) => Value) => {
    graph.endBlock();
    return resnetBlock(at, x, width, norm, time, inject);
  };
  const transformer = (at: Weights, x: Value, level: number, place: AttentionSite['place'], layer: number) =>
    spatialTransformer(at, x, config, contexts, heads[level]!, place, (site, q, k, v) =>
      attention({ ...site, layer, index: sites++ }, q, k, v),
    );

  let x = convLayer(weights.at('conv_in'), inPrecision(inputs.latent), channels[0]!);
  const skips = [x];
  for (const [level, width] of channels.entries()) {
    const block = weights.at('down_blocks').at(level);
    for (let layer = 0; layer < config.layers_per_block; layer++) {
      x = resnet(block.at('resnets').at(layer), x, width);
      if (config.down_block_types[level] === 'CrossAttnDownBlock2D') {
        x = transformer(block.at('attentions').at(layer), x, level, 'down', layer);
      }
      skips.push(x);
    }
    if (level < levels - 1) {
      x = convLayer(block.at('downsamplers.0.conv'), x, width, { stride: 2 });
      skips.push(x);
    }
  }

  const mid = weights.at('mid_block');
  x = resnet(mid.at('resnets.0'), x, x.size(1));
  x = transformer(mid.at('attentions.0'), x, levels - 1, 'mid', 0);
  x = resnet(mid.at('resnets.1'), x, x.size(1));

  for (let up = 0; up < levels; up++) {
    const level = levels - 1 - up;
    const block = weights.at('up_blocks').at(up);
    for (let layer = 0; layer <= config.layers_per_block; layer++) {
      const [height, width] = [x.size(2), x.size(3)];
      x = resnet(block.at('resnets').at(layer), concat([x, skips.pop()!], 1), channels[level]!, (hidden) =>
        residual({ layer, height, width }, hidden),
      );
      if (config.up_block_types[up] === 'CrossAttnUpBlock2D') {
        x = transformer(block.at('attentions').at(layer), x, level, 'up', layer);
      }
    }
    if (level > 0) x = convLayer(block.at('upsamplers.0.conv'), upsampleNearest(x), channels[level]!);
  }

  graph.endBlock();
  x = silu(groupNormLayer(weights.at('conv_norm_out'), x, norm.groups, norm.epsilon));
  const output = graph.cast(convLayer(weights.at('conv_out'), x, config.out_channels), 'float32');
  if (inputs.velocity === null) return output;
  return add(mul(output, inputs.velocity.output), mul(inputs.latent, inputs.velocity.sample));
}

/** The activated embedding of the timestep that every residual block takes: [1, C0] to [1, width]. */
function timeEmbedding(weights: Weights, features: Value, width: number): Value {
  const hidden = silu(linearLayer(weights.at('linear_1'), features, width));
  return silu(linearLayer(weights.at('linear_2'), hidden, width));
}
