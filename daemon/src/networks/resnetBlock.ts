/** @file The residual block of the UNet and the VAE (diffusers' ResnetBlock2D). */

import type { Value } from '../graph/graph.ts';
import { add, silu } from '../graph/ops/elementwise.ts';
import { reshape } from '../graph/ops/movement.ts';
import { convLayer, groupNormLayer, linearLayer, pointwiseConv, type Weights } from './layers.ts';

export interface Normalization {
  readonly groups: number;
  readonly epsilon: number;
}

/**
 * x [N, C, H, W] to [N, channels, H, W].
 *
 * @param time the activated time embedding [1, width]; null in the VAE, which knows no time.
 * @param inject may change what the block adds to its shortcut, [N, channels, H, W].
 */
export function resnetBlock(
  weights: Weights,
  x: Value,
  channels: number,
  { groups, epsilon }: Normalization,
  time: Value | null,
  inject: (hidden: Value) => Value = (hidden) => hidden,
): Value {
  let hidden = silu(groupNormLayer(weights.at('norm1'), x, groups, epsilon));
  hidden = convLayer(weights.at('conv1'), hidden, channels);
  if (time !== null) {
    const shift = linearLayer(weights.at('time_emb_proj'), time, channels);
    hidden = add(hidden, reshape(shift, [1, channels, 1, 1]));
  }
  hidden = silu(groupNormLayer(weights.at('norm2'), hidden, groups, epsilon));
  hidden = convLayer(weights.at('conv2'), hidden, channels);
  const shortcut = x.size(1) === channels ? x : pointwiseConv(weights.at('conv_shortcut'), x, channels);
  return add(shortcut, inject(hidden));
}
