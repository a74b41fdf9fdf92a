/** @file The mapping network M_t: image tokens E(x) to the value context c~ of a prompt (paper, section 3.3, Table 1). */

import { Graph, type Value } from '../graph/graph.ts';
import { add, leakyRelu, mul } from '../graph/ops/elementwise.ts';
import { matmul } from '../graph/ops/linear.ts';
import { reshape, slice } from '../graph/ops/movement.ts';
import { standardize } from '../graph/ops/normalize.ts';
import { scale } from '../tensor/arithmetic.ts';
import { normalTensor, uniformTensor } from '../tensor/random.ts';
import { elementCount } from '../tensor/tensor.ts';

/** BatchNorm1d's epsilon and LeakyReLU's slope, PyTorch's defaults, which the official code keeps. */
const NORM_EPSILON = 1e-5;
const LEAKY_SLOPE = 0.01;

/** Standard deviation of the paper's initialisation (section 4.1). */
const PAPER_DEVIATION = 0.01;

/**
 * What the network's output means.
 *
 * - `scaleShift` (the official code): a scale and a shift for each token of the prompt embedding, c~ = c * scale + shift.
 * - `direct` (the paper's Table 1): the value context itself.
 */
export type MappingKind = 'scaleShift' | 'direct';

/** The sizes that a mapping network is built for. */
export interface MappingShape {
  readonly kind: MappingKind;
  /** Tokens of the image encoder: 197 for ViT-B/16. Tokens are the channels of the network's convolutions. */
  readonly imageTokens: number;
  /** Tokens of the text encoder: 77. */
  readonly promptTokens: number;
}

export interface Parameter {
  /** The official code's name. */
  readonly name: string;
  readonly shape: readonly number[];
}

const channelsOf = ({ kind, promptTokens }: MappingShape): number =>
  (kind === 'scaleShift' ? 2 : 1) * promptTokens;

/** The parameters in PyTorch's order, which is also their order in one flat vector. */
export function mappingParameters(shape: MappingShape): Parameter[] {
  const channels = channelsOf(shape);
  return [
    { name: 'conv_start.weight', shape: [channels, shape.imageTokens] },
    { name: 'conv_start.bias', shape: [channels] },
    { name: 'conv_block.0.0.weight', shape: [channels, channels] },
    { name: 'conv_block.0.0.bias', shape: [channels] },
    { name: 'conv_block.0.1.weight', shape: [channels] },
    { name: 'conv_block.0.1.bias', shape: [channels] },
    { name: 'conv_end.weight', shape: [channels, channels] },
    { name: 'conv_end.bias', shape: [channels] },
  ];
}

/** The number of parameters. */
export const parameterCount = (shape: MappingShape): number =>
  mappingParameters(shape).reduce((sum, parameter) => sum + elementCount(parameter.shape), 0);

/** The batch norm's scale starts at 1 and its bias at 0, in PyTorch and here. */
const isNormScale = ({ name }: Parameter): boolean => name === 'conv_block.0.1.weight';
const isNormBias = ({ name }: Parameter): boolean => name === 'conv_block.0.1.bias';

/**
 * Fresh parameters as one flat vector.
 *
 * @param initialization `torch`: uniform within 1 / sqrt(fan-in), which the official code leaves at its default;
 *   `gaussian`: N(0, 0.01), the paper's.
 */
export function initialParameters(
  shape: MappingShape,
  initialization: 'torch' | 'gaussian',
  uniform: () => number,
): Float32Array {
  let fanIn = 1;
  const parts = mappingParameters(shape).map((parameter) => {
    const count = elementCount(parameter.shape);
    if (isNormScale(parameter)) return new Float32Array(count).fill(1);
    if (isNormBias(parameter)) return new Float32Array(count);
    // A bias has the fan-in of the weight before it.
    fanIn = parameter.shape[1] ?? fanIn;
    if (initialization === 'torch') return uniformTensor(parameter.shape, fanIn ** -0.5, uniform).data;
    return scale(normalTensor(parameter.shape, uniform), PAPER_DEVIATION).data;
  });
  const flat = new Float32Array(parameterCount(shape));
  let offset = 0;
  for (const part of parts) {
    flat.set(part, offset);
    offset += part.length;
  }
  return flat;
}

/** The parameters as values of their own, cut out of the flat vector [P]. */
export function splitParameters(flat: Value, shape: MappingShape): Value[] {
  let end = 0;
  return mappingParameters(shape).map((parameter) => {
    const start = end;
    end += elementCount(parameter.shape);
    return reshape(slice(flat, 0, start, end), parameter.shape);
  });
}

/**
 * c~ [1, tokens, D] of a prompt embedding c [1, tokens, D], from E(x) [1, image tokens, D].
 *
 * The official code never leaves training mode, so its batch norm uses the statistics of the one picture in the
 * batch: each channel is standardised over the width D.
 */
export function valueContext(
  shape: MappingShape,
  parameters: readonly Value[],
  imageTokens: Value,
  prompt: Value,
): Value {
  const [startWeight, startBias, blockWeight, blockBias, normScale, normBias, endWeight, endBias] =
    parameters as [Value, Value, Value, Value, Value, Value, Value, Value];
  const column = (vector: Value) => reshape(vector, [-1, 1]);
  // A convolution with kernel 1 over the width mixes tokens: a matrix product from the left.
  const mix = (weight: Value, bias: Value, x: Value) => add(matmul(weight, x), column(bias));

  let hidden = mix(startWeight, startBias, imageTokens);
  hidden = mix(blockWeight, blockBias, hidden);
  hidden = add(mul(standardize(hidden, NORM_EPSILON), column(normScale)), column(normBias));
  const output = mix(endWeight, endBias, leakyRelu(hidden, LEAKY_SLOPE));
  if (shape.kind === 'direct') return output;
  const { promptTokens } = shape;
  return add(
    mul(prompt, slice(output, 1, 0, promptTokens)),
    slice(output, 1, promptTokens, 2 * promptTokens),
  );
}

/** The network as a graph of its own, for E(x) and prompts of that width: its parameters are inputs, not weights. */
export function mappingGraph(shape: MappingShape, width: number): Graph {
  const graph = new Graph();
  const parameters = splitParameters(graph.input('parameters', [parameterCount(shape)]), shape);
  const imageTokens = graph.input('imageTokens', [1, shape.imageTokens, width]);
  const prompt = graph.input('prompt', [1, shape.promptTokens, width]);
  graph.output('valueContext', valueContext(shape, parameters, imageTokens, prompt));
  return graph;
}
