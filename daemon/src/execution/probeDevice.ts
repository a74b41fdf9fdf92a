/**
 * @file A program of its own: tries one device on matrix products and attention, in both precisions, beside the processor;
 * prints a `Probe`.
 */

import { LAVISH } from '../graph/economy.ts';
import type { FloatType } from '../graph/elementTypes.ts';
import { Graph } from '../graph/graph.ts';
import { toOnnx } from '../graph/onnx.ts';
import { attend, attentionMap } from '../graph/ops/attention.ts';
import { linear } from '../graph/ops/linear.ts';
import { normalTensor, uniformGenerator } from '../tensor/random.ts';
import type { Probe } from './chooseDevice.ts';
import { DEVICES } from './deviceNames.ts';
import { Session, type SessionOptions } from './session.ts';

/** A few layers like those of a UNet, large enough for a graphics card to show what it is good for. */
const [TOKENS, WIDTH, HEADS, LAYERS] = [512, 512, 8, 2];

const device = DEVICES.find((one) => one === process.argv[2]) ?? 'cpu';
const shapes = { x: [1, TOKENS, WIDTH], w: [WIDTH, WIDTH] } as const;

function layers(type: FloatType): Uint8Array {
  const graph = new Graph(LAVISH, type);
  const input = (name: 'x' | 'w') => graph.cast(graph.input(name, shapes[name]), type);
  const w = input('w');
  let x = input('x');
  for (let layer = 0; layer < LAYERS; layer++) {
    const projected = linear(x, w);
    x = attend(attentionMap(projected, projected, HEADS), projected);
  }
  graph.output('y', x);
  return toOnnx(graph);
}

const uniform = uniformGenerator(1);
const scale = WIDTH ** -0.5;
const feeds = {
  x: normalTensor(shapes.x, uniform),
  w: { shape: shapes.w, data: normalTensor(shapes.w, uniform).data.map((value) => value * scale) },
};

async function timed(
  type: FloatType,
  options: SessionOptions,
): Promise<{ y: Float32Array; milliseconds: number }> {
  const session = await Session.load(layers(type), null, options);
  // The first run compiles shaders and fetches pages.
  await session.run(feeds);
  const start = performance.now();
  const { y } = await session.run(feeds);
  return { y: y!.data, milliseconds: performance.now() - start };
}

const wholly = { device, wholly: device !== 'cpu' };
const there = await timed('float32', wholly);
const here = await timed('float32', {});
// A device without half precision says so by an error.
const half = await timed('float16', wholly).catch(() => null);
const probe: Probe = {
  milliseconds: there.milliseconds,
  processor: here.milliseconds,
  error: difference(there.y, here.y),
  half: half && { milliseconds: half.milliseconds, error: difference(half.y, here.y) },
};
process.stdout.write(JSON.stringify(probe));
process.exit();

/** The largest difference, relative to the largest number. */
function difference(y: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0) / largest;
}
