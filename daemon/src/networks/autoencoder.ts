/** @file The VAE (diffusers' AutoencoderKL): pictures to latents and back. */

import type { Economy } from '../graph/economy.ts';
import { Graph, type Value, type WeightSource } from '../graph/graph.ts';
import { fusedAttention } from '../graph/ops/attention.ts';
import { upsampleNearest } from '../graph/ops/convolution.ts';
import { add, silu } from '../graph/ops/elementwise.ts';
import { linear } from '../graph/ops/linear.ts';
import { reshape, transpose } from '../graph/ops/movement.ts';
import type { AutoencoderConfig } from './config.ts';
import { convLayer, groupNormLayer, pointwiseConv, Weights } from './layers.ts';
import { type Normalization, resnetBlock } from './resnetBlock.ts';

const EPSILON = 1e-6;

/** Input `picture` [1, 3, H, W] in -1..1; output `moments` [1, 2 * channels, H/f, W/f]: mean, then log variance. */
export function encoderGraph(
  source: WeightSource,
  config: AutoencoderConfig,
  height: number,
  width: number,
  economy: Economy,
): Graph {
  const graph = new Graph(economy);
  const all = new Weights(graph, source);
  const weights = all.at('encoder');
  const norm = { groups: config.norm_num_groups, epsilon: EPSILON };
  const channels = config.block_out_channels;

  let x = convLayer(weights.at('conv_in'), graph.input('picture', [1, 3, height, width]), channels[0]!);
  for (const [level, width] of channels.entries()) {
    const block = weights.at('down_blocks').at(level);
    for (let layer = 0; layer < config.layers_per_block; layer++) {
      x = resnetBlock(block.at('resnets').at(layer), x, width, norm, null);
    }
    if (level < channels.length - 1) {
      // The VAE pads at the right and the bottom only.
      x = convLayer(block.at('downsamplers.0.conv'), x, width, { stride: 2, padding: [0, 0, 1, 1] });
    }
  }
  x = midBlock(weights.at('mid_block'), x, norm);
  x = silu(groupNormLayer(weights.at('conv_norm_out'), x, norm.groups, EPSILON));
  const moments = 2 * config.latent_channels;
  x = convLayer(weights.at('conv_out'), x, moments);
  graph.output('moments', pointwiseConv(all.at('quant_conv'), x, moments));
  return graph;
}

/** Input `latent` [1, channels, h, w], not scaled; output `picture` [1, 3, h*f, w*f], about -1..1. */
export function decoderGraph(
  source: WeightSource,
  config: AutoencoderConfig,
  height: number,
  width: number,
  economy: Economy,
): Graph {
  const graph = new Graph(economy);
  const all = new Weights(graph, source);
  const weights = all.at('decoder');
  const norm = { groups: config.norm_num_groups, epsilon: EPSILON };
  const channels = [...config.block_out_channels].reverse();

  const latent = graph.input('latent', [1, config.latent_channels, height, width]);
  let x = pointwiseConv(all.at('post_quant_conv'), latent, config.latent_channels);
  x = convLayer(weights.at('conv_in'), x, channels[0]!);
  x = midBlock(weights.at('mid_block'), x, norm);
  for (const [level, width] of channels.entries()) {
    const block = weights.at('up_blocks').at(level);
    for (let layer = 0; layer <= config.layers_per_block; layer++) {
      x = resnetBlock(block.at('resnets').at(layer), x, width, norm, null);
    }
    if (level < channels.length - 1) x = convLayer(block.at('upsamplers.0.conv'), upsampleNearest(x), width);
  }
  x = silu(groupNormLayer(weights.at('conv_norm_out'), x, norm.groups, EPSILON));
  graph.output('picture', convLayer(weights.at('conv_out'), x, 3));
  return graph;
}

function midBlock(weights: Weights, x: Value, norm: Normalization): Value {
  const before = resnetBlock(weights.at('resnets.0'), x, x.size(1), norm, null);
  const attended = spatialAttention(weights.at('attentions.0'), before, norm);
  return resnetBlock(weights.at('resnets.1'), attended, x.size(1), norm, null);
}

/** Single-head self-attention over all pixels, under the old names of its layers or the new ones. */
function spatialAttention(weights: Weights, x: Value, norm: Normalization): Value {
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const names = weights.has('to_q.weight')
    ? (['to_q', 'to_k', 'to_v', 'to_out.0'] as const)
    : (['query', 'key', 'value', 'proj_attn'] as const);
  const project = (name: string, tokens: Value) =>
    linear(
      tokens,
      weights.get(`${name}.weight`, [channels, channels]),
      weights.get(`${name}.bias`, [channels]),
    );
  const normed = groupNormLayer(weights.at('group_norm'), x, norm.groups, norm.epsilon);
  const tokens = transpose(reshape(normed, [1, channels, height * width]), [0, 2, 1]);
  const [q, k, v] = names.slice(0, 3).map((name) => project(name, tokens)) as [Value, Value, Value];
  const attended = project(names[3], fusedAttention(q, k, v, 1));
  return add(x, reshape(transpose(attended, [0, 2, 1]), x.shape));
}
