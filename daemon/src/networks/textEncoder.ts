/** @file CLIP's text encoder: token ids to the prompt embedding c that conditions the UNet. */

import { Graph, type WeightSource } from '../graph/graph.ts';
import { add } from '../graph/ops/elementwise.ts';
import { gather } from '../graph/ops/movement.ts';
import { clipTransformer } from './clipTransformer.ts';
import type { TextEncoderConfig } from './config.ts';
import { layerNormLayer, Weights } from './layers.ts';

/** Added to the score of a token that lies ahead; large enough for exp to give 0 in float32. */
const AHEAD = -1e9;

/** Input `ids` [N, tokens] (int64); output `embedding` [N, tokens, hidden], after the final layer norm. */
export function textEncoderGraph(source: WeightSource, config: TextEncoderConfig, batch: number): Graph {
  const graph = new Graph();
  const { hidden_size: hidden, max_position_embeddings: tokens } = config;
  const weights = new Weights(graph, source).at('text_model');
  const ids = graph.input('ids', [batch, tokens], 'int64');
  const words = gather(weights.get('embeddings.token_embedding.weight', [config.vocab_size, hidden]), ids);
  const positions = weights.get('embeddings.position_embedding.weight', [tokens, hidden]);
  const causal = Array.from({ length: tokens * tokens }, (_, i) =>
    i % tokens > Math.floor(i / tokens) ? AHEAD : 0,
  );
  const mask = graph.constant(causal, [tokens, tokens]);
  const encoded = clipTransformer(weights, add(words, positions), config, mask);
  graph.output('embedding', layerNormLayer(weights.at('final_layer_norm'), encoded, config.layer_norm_eps));
  return graph;
}
