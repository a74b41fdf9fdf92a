/**
 * @file `npx tsx models/demo/evaluate/keepingSheet.ts OUT`: edits of large held-out scenes as a picture. Each row has the
 * original, the edit as the model draws all of it, and the edit with the original kept (docs/keeping.md).
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import sharp, { type OverlayOptions } from 'sharp';
import { Networks } from '../../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import type { Picture } from '../../../daemon/src/imaging/picture.ts';
import { editPicture } from '../../../daemon/src/jobs/editJob.ts';
import { graphsFolder } from '../../../daemon/src/settings/paths.ts';
import { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { fullCaption } from '../world/captions.ts';
import type { Scene } from '../world/scene.ts';
import { type EditName, type Wish, wishFor } from './edits.ts';
import { heldOutScenes, pictureOf } from './scenes.ts';

/** Kind of edit, and its number among the held-out scenes that have one. */
const SHOWN: readonly (readonly [EditName, number])[] = [
  ['colour', 9],
  ['colour', 6],
  ['replace', 2],
  ['replace', 18],
];
const SCALE = 8;
const SIDE = 400;
const GAP = 8;

const [out] = process.argv.slice(2);
if (out === undefined) throw new Error('Name the picture to write.');
const folder = mkdtempSync(join(tmpdir(), 'palimpsest-keeping-'));
const networks = new Networks(graphsFolder());
const model = new StableDiffusion(join(import.meta.dirname, '../model'), networks);
const store = new InversionStore(folder);
const inversion = InversionOptions.parse({ mode: 'instant' });

const tiles: OverlayOptions[] = [];
for (const [row, [name, number]] of SHOWN.entries()) {
  const [scene, wish] = wished(name, number);
  const picture = await pictureOf(scene, SCALE);
  const work = { picture, source: fullCaption(scene), target: wish.target, inversion };
  const edited = async (keep: EditOptions['keep']) =>
    (await editPicture(model, store, { ...work, edit: EditOptions.parse({ ...wish.options, keep }) }))
      .picture;
  for (const [column, shown] of [picture, await edited('nothing'), await edited('original')].entries()) {
    tiles.push({ input: await tile(shown), left: column * (SIDE + GAP), top: row * (SIDE + GAP) });
  }
}
const [width, height] = [3 * (SIDE + GAP) - GAP, SHOWN.length * (SIDE + GAP) - GAP];
await sharp({ create: { width, height, channels: 3, background: 'white' } })
  .composite(tiles)
  .toFile(out);
await networks.dispose();
rmSync(folder, { recursive: true });

/** The scene of an edit of that kind, counted from 1. */
function wished(name: EditName, number: number): [Scene, Wish] {
  let seen = 0;
  for (const scene of heldOutScenes()) {
    const wish = wishFor(name, scene);
    if (wish !== null && ++seen === number) return [scene, wish];
  }
  throw new RangeError(`there is no edit ${number} of ${name}`);
}

function tile({ width, height, rgb }: Picture): Promise<Buffer> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(SIDE, SIDE)
    .png()
    .toBuffer();
}
