/** @file The transformer that CLIP's text and vision encoders share (openai/CLIP; key names of transformers). */

import type { Value } from '../graph/graph.ts';
import { attend, attentionMap } from '../graph/ops/attention.ts';
import { add } from '../graph/ops/elementwise.ts';
import { ACTIVATIONS, layerNormLayer, linearLayer, type Weights } from './layers.ts';

export interface ClipTransformerConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly hidden_act: keyof typeof ACTIVATIONS;
  readonly layer_norm_eps: number;
}

/**
 * All encoder layers: x [N, tokens, hidden] to the same shape.
 *
 * @param mask added to the attention scores [tokens, tokens], such as the causal mask of the text encoder.
 */
export function clipTransformer(
  weights: Weights,
  x: Value,
  config: ClipTransformerConfig,
  mask: Value | null,
): Value {
  let hidden = x;
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    hidden = encoderLayer(weights.at('encoder.layers').at(layer), hidden, config, mask);
  }
  return hidden;
}

function encoderLayer(weights: Weights, x: Value, config: ClipTransformerConfig, mask: Value | null): Value {
  const { hidden_size, intermediate_size, num_attention_heads: heads, layer_norm_eps } = config;
  const attention = weights.at('self_attn');
  const normed = layerNormLayer(weights.at('layer_norm1'), x, layer_norm_eps);
  const [q, k, v] = (['q_proj', 'k_proj', 'v_proj'] as const).map((name) =>
    linearLayer(attention.at(name), normed, hidden_size),
  ) as [Value, Value, Value];
  const map = attentionMap(q, k, heads, mask === null ? null : (scores) => add(scores, mask));
  const attended = add(x, linearLayer(attention.at('out_proj'), attend(map, v), hidden_size));

  const inner = linearLayer(
    weights.at('mlp.fc1'),
    layerNormLayer(weights.at('layer_norm2'), attended, layer_norm_eps),
    intermediate_size,
  );
  return add(
    attended,
    linearLayer(weights.at('mlp.fc2'), ACTIVATIONS[config.hidden_act](inner), hidden_size),
  );
}
