/**
 * @file Renders scenes for training: `npx tsx models/demo/world/renderDataset.ts --count N --out DIR [--first SEED]`.
 * Writes `pictures.u8` (N x 128 x 128 x 3 bytes) and `scenes.jsonl` (one line a scene, in the same order).
 */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { captionScene, fullCaption } from './captions.ts';
import { renderScene } from './render.ts';
import { isHeldOut, sampleScene } from './scene.ts';

/** Different captions written for each scene. */
const CAPTIONS_PER_SCENE = 4;
/** Scenes drawn at the same time. */
const BATCH = 64;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    first: { type: 'string', default: '0' },
    out: { type: 'string' },
  },
});
if (values.out === undefined) throw new Error('renderDataset: --out DIR is missing');
const [count, first, out] = [Number(values.count), Number(values.first), values.out];

await mkdir(out, { recursive: true });
const pictures = createWriteStream(join(out, 'pictures.u8.partial'));
const lines = createWriteStream(join(out, 'scenes.jsonl.partial'));
for (let start = first; start < first + count; start += BATCH) {
  const seeds = Array.from({ length: Math.min(BATCH, first + count - start) }, (_, i) => start + i);
  const scenes = seeds.map(sampleScene);
  for (const pixels of await Promise.all(scenes.map(renderScene))) {
    if (!pictures.write(Buffer.from(pixels.buffer))) await once(pictures, 'drain');
  }
  for (const scene of scenes) {
    const captions = Array.from({ length: CAPTIONS_PER_SCENE }, (_, variant) => captionScene(scene, variant));
    const line = { ...scene, heldOut: isHeldOut(scene.seed), captions, fullCaption: fullCaption(scene) };
    lines.write(`${JSON.stringify(line)}\n`);
  }
}
for (const stream of [pictures, lines]) {
  stream.end();
  await once(stream, 'finish');
}
await rename(join(out, 'pictures.u8.partial'), join(out, 'pictures.u8'));
await rename(join(out, 'scenes.jsonl.partial'), join(out, 'scenes.jsonl'));
