/**
 * @file UNets of any size with random weights, in the diffusers layout.
 *
 * The names and shapes of the weights are what our own builder asks for, so there is no second list of them here.
 * Tensors are written one after the other: a full-size model never lies in memory.
 */

import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Shape } from '../daemon/src/graph/elementTypes.ts';
import { Graph, type WeightSource } from '../daemon/src/graph/graph.ts';
import { fusedAttention } from '../daemon/src/graph/ops/attention.ts';
import { UNetConfig } from '../daemon/src/networks/config.ts';
import { predictedNoise } from '../daemon/src/networks/unet.ts';
import { floatToHalf } from '../daemon/src/tensor/float16.ts';
import { normalTensor, uniformGenerator } from '../daemon/src/tensor/random.ts';
import { elementCount } from '../daemon/src/tensor/tensor.ts';
import { encodePreamble } from '../daemon/src/weights/safetensors.ts';

/** How the weights are stored: fp32, or fp16 as most published checkpoints are. */
export type Precision = 'F32' | 'F16';

/**
 * Makes sure that `folder/unet` holds a UNet of this config with random weights.
 *
 * @param config as in a diffusers config.json; keys left out take the published defaults.
 */
export function ensureRandomUNet(
  folder: string,
  config: Readonly<Record<string, unknown>>,
  precision: Precision,
): void {
  const unet = join(folder, 'unet');
  const file = join(unet, 'diffusion_pytorch_model.safetensors');
  if (existsSync(file)) return;
  mkdirSync(unet, { recursive: true });
  writeFileSync(join(unet, 'config.json'), JSON.stringify(config, null, 2));
  // Renamed when complete, so that an interrupted run leaves nothing that looks like a model.
  const partial = `${file}.part`;
  writeWeights(partial, underOwnNames(unetWeights(UNetConfig.parse(config))), precision);
  renameSync(partial, file);
}

/** Names and shapes of every weight that a builder asks for, in its order; it is told that all names exist. */
export function recordWeights(build: (recorder: WeightSource) => void): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  build({
    has: () => true,
    get(name, shape) {
      shapes.set(name, shape);
      return { file: '', dtype: 'F32', shape, offset: 0, length: 0 };
    },
  });
  return shapes;
}

/** Names and shapes of a UNet's weights. */
export const unetWeights = (config: UNetConfig): Map<string, Shape> =>
  recordWeights((recorder) => {
    const graph = new Graph();
    const side = 2 ** (config.block_out_channels.length - 1);
    const context = graph.input('context', [1, 1, config.cross_attention_dim]);
    const inputs = {
      latent: graph.input('latent', [1, config.in_channels, side, side]),
      time: graph.input('time', [1, config.block_out_channels[0]!]),
      keyContext: context,
      valueContext: context,
      velocity: null,
    };
    predictedNoise(graph, recorder, config, inputs, (site, q, k, v) => fusedAttention(q, k, v, site.heads));
  });

/** One random weight: its numbers follow from our name, its shape is as the file has it. */
export interface RandomWeight {
  readonly name: string;
  readonly shape: Shape;
}

/** Each weight under its own name. */
export const underOwnNames = (shapes: ReadonlyMap<string, Shape>): Map<string, RandomWeight> =>
  new Map([...shapes].map(([name, shape]) => [name, { name, shape }]));

/** Writes weights by the names that the file calls them by. */
export function writeWeights(
  path: string,
  weights: ReadonlyMap<string, RandomWeight>,
  precision: Precision,
): void {
  const entries = [...weights].map(([name, { shape }]) => [name, { shape, dtype: precision }] as const);
  const file = openSync(path, 'w');
  try {
    writeSync(file, encodePreamble(new Map(entries)));
    for (const weight of weights.values()) {
      for (const part of numbersOf(weight, precision)) writeSync(file, part);
    }
  } finally {
    closeSync(file);
  }
}

/** Prime, so that no two rows of a matrix begin alike. */
const POOL_SIZE = 1_048_573;

/** Normal numbers in steps that half precision has, also when they are scaled: both precisions hold the same values. */
const pool = normalTensor([POOL_SIZE], uniformGenerator(1)).data.map((x) => Math.round(256 * x) / 256);

/** The pool as it is stored, by precision and scale. */
const scaledPools = new Map<string, Float32Array | Uint16Array>();

function scaledPool(scale: number, precision: Precision): Float32Array | Uint16Array {
  const key = `${precision} ${scale}`;
  const known = scaledPools.get(key);
  if (known !== undefined) return known;
  const scaled = stored(
    pool.map((x) => scale * x),
    precision,
  );
  scaledPools.set(key, scaled);
  return scaled;
}

const stored = (numbers: Float32Array, precision: Precision): Float32Array | Uint16Array =>
  precision === 'F32' ? numbers : Uint16Array.from(numbers, floatToHalf);

/**
 * Weights that keep activations finite through any depth: norms at 1, biases at 0, everything else normal with about
 * the deviation that keeps a sum over its inputs at the inputs' size (a power of two, which rounds nothing).
 */
function* numbersOf(
  { name, shape }: RandomWeight,
  precision: Precision,
): Generator<Float32Array | Uint16Array> {
  const count = elementCount(shape);
  if (shape.length === 1) {
    yield stored(new Float32Array(count).fill(name.endsWith('.bias') ? 0 : 1), precision);
    return;
  }
  const inputs = elementCount(shape.slice(1));
  const numbers = scaledPool(2 ** Math.floor(-Math.log2(inputs) / 2), precision);
  let start = [...name].reduce((hash, letter) => (31 * hash + letter.charCodeAt(0)) % POOL_SIZE, 0);
  for (let left = count; left > 0; start = 0) {
    const part = numbers.subarray(start, start + left);
    yield part;
    left -= part.length;
  }
}
