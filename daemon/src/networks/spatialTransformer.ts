/** @file The transformer of the UNet (diffusers' Transformer2DModel): self-attention, cross-attention, feed-forward. */

import type { Value } from '../graph/graph.ts';
import { add, gelu, mul } from '../graph/ops/elementwise.ts';
import { linear } from '../graph/ops/linear.ts';
import { reshape, slice, transpose } from '../graph/ops/movement.ts';
import type { UNetConfig } from './config.ts';
import { groupNormLayer, layerNormLayer, linearLayer, type Weights } from './layers.ts';

/** One attention module of the UNet. */
export interface AttentionSite {
  readonly place: 'down' | 'mid' | 'up';
  readonly kind: 'self' | 'cross';
  /** Its number in call order, counting all modules: 0..31 in Stable Diffusion. */
  readonly index: number;
  /** The number of its transformer within its level on the way down or up, in call order. */
  readonly layer: number;
  readonly heads: number;
  /** The grid of its queries. */
  readonly height: number;
  readonly width: number;
}

/** Attention at one site, from projected q [N, queries, C] and k, v [N, keys, C] to [N, queries, C]. */
export type SiteAttention = (site: AttentionSite, q: Value, k: Value, v: Value) => Value;

/** The contexts of cross-attention, [N, tokens, D] each: the keys say where, the values say what. */
export interface Contexts {
  readonly keyContext: Value;
  readonly valueContext: Value;
}

/** The input norm of a transformer has its own epsilon, whatever norm_eps says. */
const INPUT_EPSILON = 1e-6;
const EPSILON = 1e-5;

/** x [N, C, h, w] to the same shape. */
export function spatialTransformer(
  weights: Weights,
  x: Value,
  config: UNetConfig,
  contexts: Contexts,
  heads: number,
  place: AttentionSite['place'],
  attention: (site: Omit<AttentionSite, 'index' | 'layer'>, q: Value, k: Value, v: Value) => Value,
): Value {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  // The same weight is stored as a 1 x 1 convolution by SD 1.x and as a linear layer by SD 2.x.
  const shape = config.use_linear_projection ? [channels, channels] : [channels, channels, 1, 1];
  const project = (at: Weights, tokens: Value) =>
    linear(tokens, at.get('weight', shape, [channels, channels]), at.get('bias', [channels]));

  const { graph } = x;
  graph.endBlock();
  const normed = groupNormLayer(weights.at('norm'), x, config.norm_num_groups, INPUT_EPSILON);
  const tokens = transpose(reshape(normed, [batch, channels, height * width]), [0, 2, 1]);
  let hidden = project(weights.at('proj_in'), tokens);
  for (let layer = 0; layer < config.transformer_layers_per_block; layer++) {
    const block = weights.at('transformer_blocks').at(layer);
    const attend = (
      kind: AttentionSite['kind'],
      at: Weights,
      queries: Value,
      { keyContext, valueContext }: Contexts,
    ) => {
      const q = linearLayer(at.at('to_q'), queries, channels, { bias: false });
      const k = linearLayer(at.at('to_k'), keyContext, channels, { bias: false });
      const v = linearLayer(at.at('to_v'), valueContext, channels, { bias: false });
      return linearLayer(
        at.at('to_out.0'),
        attention({ place, kind, heads, height, width }, q, k, v),
        channels,
      );
    };
    const own = layerNormLayer(block.at('norm1'), hidden, EPSILON);
    hidden = add(hidden, attend('self', block.at('attn1'), own, { keyContext: own, valueContext: own }));
    graph.endBlock();
    const queries = layerNormLayer(block.at('norm2'), hidden, EPSILON);
    hidden = add(hidden, attend('cross', block.at('attn2'), queries, contexts));
    graph.endBlock();
    hidden = add(hidden, feedForward(block.at('ff.net'), layerNormLayer(block.at('norm3'), hidden, EPSILON)));
  }
  const projected = project(weights.at('proj_out'), hidden);
  return add(x, reshape(transpose(projected, [0, 2, 1]), x.shape));
}

/** GEGLU: half of the first layer gates the other half. */
function feedForward(weights: Weights, x: Value): Value {
  const channels = x.size(-1);
  const inner = 4 * channels;
  const both = linearLayer(weights.at('0.proj'), x, 2 * inner);
  const gated = mul(slice(both, 2, 0, inner), gelu(slice(both, 2, inner, 2 * inner)));
  return linearLayer(weights.at('2'), gated, channels);
}
