/** @file CLIP's vision encoder E: a picture to all its tokens (paper, section 3.3.1). */

import { Graph, type Value, type WeightSource } from '../graph/graph.ts';
import { expand } from '../graph/ops/broadcast.ts';
import { conv, resizeBicubic, type Window } from '../graph/ops/convolution.ts';
import { add, div, mul, sub } from '../graph/ops/elementwise.ts';
import { concat, reshape, transpose } from '../graph/ops/movement.ts';
import { clipTransformer } from './clipTransformer.ts';
import type { ImageEncoderConfig, PreprocessorConfig } from './config.ts';
import { layerNormLayer, Weights } from './layers.ts';

/**
 * Input `picture` [1, 3, H, W] in -1..1; outputs `preprocessed` [1, 3, size, size] and `tokens` [1, 1 + patches,
 * hidden]: all of them, class token first, through the final layer norm, without projection, as the official code
 * uses them.
 */
export function imageEncoderGraph(
  source: WeightSource,
  config: ImageEncoderConfig,
  preprocessor: PreprocessorConfig,
  [height, width]: readonly [number, number],
): Graph {
  const graph = new Graph();
  const { hidden_size: hidden, layer_norm_eps: epsilon, patch_size: patch } = config;
  const weights = new Weights(graph, source).at('vision_model');
  const picture = preprocess(graph.input('picture', [1, 3, height, width]), config.image_size, preprocessor);
  graph.output('preprocessed', picture);

  const kernel = weights.get('embeddings.patch_embedding.weight', [hidden, 3, patch, patch]);
  const patches = transpose(
    reshape(conv(picture, kernel, null, { stride: patch }), [1, hidden, -1]),
    [0, 2, 1],
  );
  const classToken = expand(weights.get('embeddings.class_embedding', [hidden]), [1, 1, hidden]);
  const tokens = concat([classToken, patches], 1);
  const positions = weights.get('embeddings.position_embedding.weight', [tokens.size(1), hidden]);
  // "layrnorm" is how the published key is spelt.
  const embedded = layerNormLayer(weights.at('pre_layrnorm'), add(tokens, positions), epsilon);
  const encoded = clipTransformer(weights, embedded, config, null);
  graph.output('tokens', layerNormLayer(weights.at('post_layernorm'), encoded, epsilon));
  return graph;
}

/**
 * To 0..1, the short side to `size` by bicubic interpolation without antialiasing or clamping (what torchvision 0.13
 * does to a float tensor), centre crop, CLIP's normalisation.
 */
function preprocess(picture: Value, size: number, { image_mean, image_std }: PreprocessorConfig): Value {
  const sides = [picture.size(2), picture.size(3)];
  const [rows, columns] = sides.map((length) => {
    const side = Math.trunc((size * length) / Math.min(...sides));
    return { side, start: Math.round((side - size) / 2), count: size };
  }) as [Window, Window];
  const cropped = resizeBicubic(mul(add(picture, 1), 0.5), rows, columns);
  const perChannel = (numbers: readonly number[]) => picture.graph.constant(numbers, [1, 3, 1, 1]);
  return div(sub(cropped, perChannel(image_mean)), perChannel(image_std));
}
