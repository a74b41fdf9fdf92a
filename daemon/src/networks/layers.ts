/** @file The layers that every network is made of, with their weights by published name. */

import type { Shape } from '../graph/elementTypes.ts';
import type { Graph, Value, WeightSource } from '../graph/graph.ts';
import { conv, type Padding } from '../graph/ops/convolution.ts';
import { gelu, quickGelu } from '../graph/ops/elementwise.ts';
import { linear } from '../graph/ops/linear.ts';
import { groupNorm, layerNorm } from '../graph/ops/normalize.ts';

/** The weights below one prefix: `weights.at('down_blocks.0')`. */
export class Weights {
  private readonly graph: Graph;
  private readonly source: WeightSource;
  private readonly prefix: string;

  constructor(graph: Graph, source: WeightSource, prefix = '') {
    this.graph = graph;
    this.source = source;
    this.prefix = prefix;
  }

  at(name: string | number): Weights {
    return new Weights(this.graph, this.source, `${this.prefix}${name}.`);
  }

  has(name: string): boolean {
    return this.source.has(this.prefix + name);
  }

  get(name: string, shape: Shape, view?: Shape): Value {
    return this.graph.weight(this.source, this.prefix + name, shape, view);
  }
}

/** A convolution to `channels` channels; 3 x 3 with a border of one by default. */
export function convLayer(
  weights: Weights,
  x: Value,
  channels: number,
  { kernel = 3, stride = 1, padding = [1, 1, 1, 1] as Padding } = {},
): Value {
  const weight = weights.get('weight', [channels, x.size(1), kernel, kernel]);
  return conv(x, weight, weights.get('bias', [channels]), { stride, padding });
}

/** A 1 x 1 convolution. */
export const pointwiseConv = (weights: Weights, x: Value, channels: number): Value =>
  convLayer(weights, x, channels, { kernel: 1, padding: [0, 0, 0, 0] });

/** A linear layer on the last axis, with or without a bias. */
export function linearLayer(weights: Weights, x: Value, width: number, { bias = true } = {}): Value {
  return linear(x, weights.get('weight', [width, x.size(-1)]), bias ? weights.get('bias', [width]) : null);
}

/** Layer normalisation over the last axis. */
export const layerNormLayer = (weights: Weights, x: Value, epsilon: number): Value =>
  layerNorm(x, weights.get('weight', [x.size(-1)]), weights.get('bias', [x.size(-1)]), epsilon);

/** Group normalisation over NCHW. */
export const groupNormLayer = (weights: Weights, x: Value, groups: number, epsilon: number): Value =>
  groupNorm(x, groups, weights.get('weight', [x.size(1)]), weights.get('bias', [x.size(1)]), epsilon);

/** The activations that CLIP encoders are published with. */
export const ACTIVATIONS = { quick_gelu: quickGelu, gelu } as const;
