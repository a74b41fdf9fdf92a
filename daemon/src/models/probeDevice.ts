/** @file A program of its own: tries one device on matrix products and attention, beside the processor; prints a `Probe`. */

import { Graph } from '../graph/graph.ts';
import { toOnnx } from '../graph/onnx.ts';
import { attend, attentionMap } from '../graph/ops/attention.ts';
import { linear } from '../graph/ops/linear.ts';
import { DEVICES } from '../runtime/deviceNames.ts';
import { Session } from '../runtime/session.ts';
import { normalTensor, uniformGenerator } from '../tensor/random.ts';
import type { Probe } from './chooseDevice.ts';

/** A few layers like those of a UNet, large enough for a graphics card to show what it is good for. */
const [TOKENS, WIDTH, HEADS, LAYERS] = [512, 512, 8, 2];

const device = DEVICES.find((one) => one === process.argv[2]) ?? 'cpu';
const graph = new Graph();
const shapes = { x: [1, TOKENS, WIDTH], w: [WIDTH, WIDTH] } as const;
const w = graph.input('w', shapes.w);
let x = graph.input('x', shapes.x);
for (let layer = 0; layer < LAYERS; layer++) {
  const projected = linear(x, w);
  x = attend(attentionMap(projected, projected, HEADS), projected);
}
graph.output('y', x);
const model = toOnnx(graph);
const uniform = uniformGenerator(1);
const scale = WIDTH ** -0.5;
const feeds = {
  x: normalTensor(shapes.x, uniform),
  w: { shape: shapes.w, data: normalTensor(shapes.w, uniform).data.map((value) => value * scale) },
};

async function timed(session: Session): Promise<{ y: Float32Array; milliseconds: number }> {
  // The first run compiles shaders and fetches pages.
  await session.run(feeds);
  const start = performance.now();
  const { y } = await session.run(feeds);
  return { y: y!.data, milliseconds: performance.now() - start };
}

const there = await timed(await Session.load(model, null, { device, wholly: device !== 'cpu' }));
const here = await timed(await Session.load(model, null));
const largest = here.y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const off = here.y.reduce((most, value, i) => Math.max(most, Math.abs(value - there.y[i]!)), 0);
const probe: Probe = { milliseconds: there.milliseconds, processor: here.milliseconds, error: off / largest };
process.stdout.write(JSON.stringify(probe));
process.exit();
