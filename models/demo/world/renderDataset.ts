/**
 * @file Renders scenes for training:
 * `npx tsx models/demo/world/renderDataset.ts --count N --out DIR [--first SEED] [--every K] [--masks]`.
 * Writes `pictures.u8` (N x 128 x 128 x 3 bytes) and `scenes.jsonl` (one line a scene, in the same order), and with
 * --masks also `masks.u8` (N x 2 x 128 x 128 bytes of 0 or 1; an absent second object has none).
 */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { captionScene, fullCaption } from './captions.ts';
import { renderMasks, renderScene } from './render.ts';
import { isHeldOut, PICTURE_SIDE, sampleScene } from './scene.ts';

/** Different captions written for each scene. */
const CAPTIONS_PER_SCENE = 4;
/** Scenes drawn at the same time. */
const BATCH = 64;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    first: { type: 'string', default: '0' },
    every: { type: 'string', default: '1' },
    masks: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
if (values.out === undefined) throw new Error('renderDataset: --out DIR is missing');
const [count, first, every, out] = [
  Number(values.count),
  Number(values.first),
  Number(values.every),
  values.out,
];

await mkdir(out, { recursive: true });
const pictures = createWriteStream(join(out, 'pictures.u8.partial'));
const lines = createWriteStream(join(out, 'scenes.jsonl.partial'));
const masks = values.masks ? createWriteStream(join(out, 'masks.u8')) : undefined;
for (let start = 0; start < count; start += BATCH) {
  const seeds = Array.from({ length: Math.min(BATCH, count - start) }, (_, i) => first + every * (start + i));
  const scenes = seeds.map(sampleScene);
  for (const pixels of await Promise.all(scenes.map((scene) => renderScene(scene)))) {
    if (!pictures.write(Buffer.from(pixels.buffer))) await once(pictures, 'drain');
  }
  for (const scene of masks === undefined ? [] : scenes) {
    const both = Buffer.alloc(2 * PICTURE_SIDE * PICTURE_SIDE);
    for (const [i, mask] of (await renderMasks(scene)).entries()) both.set(mask, i * mask.length);
    masks?.write(both);
  }
  for (const scene of scenes) {
    const captions = Array.from({ length: CAPTIONS_PER_SCENE }, (_, variant) => captionScene(scene, variant));
    const line = { ...scene, heldOut: isHeldOut(scene.seed), captions, fullCaption: fullCaption(scene) };
    lines.write(`${JSON.stringify(line)}\n`);
  }
}
for (const stream of masks === undefined ? [pictures, lines] : [pictures, lines, masks]) {
  stream.end();
  await once(stream, 'finish');
}
await rename(join(out, 'pictures.u8.partial'), join(out, 'pictures.u8'));
await rename(join(out, 'scenes.jsonl.partial'), join(out, 'scenes.jsonl'));
