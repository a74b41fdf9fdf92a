/**
 * @file UNets of any size with random weights, in the diffusers layout.
 *
 * The names and shapes of the weights are what our own builder asks for, so there is no second list of them here.
 * Tensors are written one after the other: a full-size model never lies in memory.
 */

import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Graph, type Shape, type WeightSource } from '../daemon/src/graph/graph.ts';
import { fusedAttention } from '../daemon/src/graph/ops/attention.ts';
import { UNetConfig } from '../daemon/src/models/config.ts';
import { predictedNoise } from '../daemon/src/models/unet.ts';
import { floatToHalf } from '../daemon/src/tensor/float16.ts';
import { normalTensor, uniformGenerator } from '../daemon/src/tensor/random.ts';
import { encodePreamble } from '../daemon/src/tensor/safetensors.ts';
import { elementCount } from '../daemon/src/tensor/tensor.ts';

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
  writeWeights(partial, unetWeights(UNetConfig.parse(config)), precision);
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

function writeWeights(path: string, shapes: ReadonlyMap<string, Shape>, precision: Precision): void {
  const preamble = encodePreamble(
    new Map([...shapes].map(([name, shape]) => [name, { shape, dtype: precision }])),
  );
  const file = openSync(path, 'w');
  try {
    writeSync(file, preamble);
    const uniform = uniformGenerator(1);
    for (const [name, shape] of shapes) {
      const weights = randomWeight(name, shape, uniform);
      writeSync(file, precision === 'F32' ? weights : Uint16Array.from(weights, floatToHalf));
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Weights that keep activations finite through any depth: norms at 1, biases at 0, everything else normal with the
 * deviation that keeps a sum over its inputs at the inputs' size.
 */
function randomWeight(name: string, shape: Shape, uniform: () => number): Float32Array {
  if (name.endsWith('.bias')) return new Float32Array(elementCount(shape));
  if (shape.length === 1) return new Float32Array(elementCount(shape)).fill(1);
  const deviation = elementCount(shape.slice(1)) ** -0.5;
  return normalTensor(shape, uniform).data.map((x) => deviation * x);
}
