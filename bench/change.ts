/**
 * @file `npx tsx bench/change.ts`: what it costs to keep the original, beside bringing the model's whole picture up to its
 * size, as it was done before (docs/performance.md).
 */

import { type ChangeField, changeField } from '../daemon/src/imaging/change/changeField.ts';
import { planeOf } from '../daemon/src/imaging/change/plane.ts';
import { putChange } from '../daemon/src/imaging/change/putChange.ts';
import { fitPicture, placePicture, unfitPicture } from '../daemon/src/imaging/fit.ts';
import type { Picture, Size } from '../daemon/src/imaging/picture.ts';

const ROUNDS = 5;
const NATIVE_SIDE = 512;
const MULTIPLE = 64;
/** Of the picture's longer side, for a share of its area of a fifth at 3 : 2. */
const RADIUS = 0.25;

type Colour = readonly [number, number, number];

/** A disc on a ground with a fine texture. */
function drawn({ width, height }: Size, colour: Colour): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [(i % width) - width / 2, Math.floor(i / width) - height / 2];
    const isInside = Math.hypot(x, y) < RADIUS * Math.max(width, height);
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = isInside ? colour[c]! : 100 + ((i * 7919) % 32);
  }
  return { width, height, rgb };
}

function median(run: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

for (const size of [
  { width: 1024, height: 1024 },
  { width: 6000, height: 4000 },
]) {
  const picture = drawn(size, [200, 40, 40]);
  const placement = placePicture(size, NATIVE_SIDE, MULTIPLE);
  const canvas = fitPicture(picture, placement);
  const edited = fitPicture(drawn(size, [40, 60, 200]), placement);
  const drawings = { picture: canvas, source: canvas, edited };
  const words = planeOf(canvas, () => 1);
  const keeping = { strength: 0.5, detail: 0 };
  const change = changeField(drawings, { ...keeping, words }) as ChangeField;
  const whole = changeField(drawings, { ...keeping, words: 'everywhere' }) as ChangeField;
  const before = median(() => unfitPicture(edited, placement));
  const row = (name: string, ms: number) =>
    process.stdout.write(`| ${name} | ${Math.round(ms)} ms | ${(ms / before).toFixed(2)} |\n`);
  process.stdout.write(`| ${size.width} x ${size.height} | time | beside the first |\n|---|---|---|\n`);
  row("the model's whole picture brought up", before);
  row(
    'finding the change, at 512 pixels a side',
    median(() => changeField(drawings, { ...keeping, words })),
  );
  row(
    'putting a fifth of the picture on',
    median(() => putChange(picture, change)),
  );
  row(
    'putting all of it on',
    median(() => putChange(picture, whole)),
  );
}
