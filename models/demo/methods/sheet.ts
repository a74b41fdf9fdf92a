/** @file The contact sheet: every method on the same scene, and style transfer in each style. */

import sharp from 'sharp';
import { editPicture } from '../../../daemon/src/jobs/editJob.ts';
import { pictureOf } from '../evaluate/scenes.ts';
import { type Captioned, captionedSheet } from '../sheet.ts';
import { fullCaption } from '../world/captions.ts';
import { changeObject, changeScene, type Scene, sampleScene } from '../world/scene.ts';
import { STYLES } from '../world/vocabulary.ts';
import { CELLS } from './cells.ts';
import { nameOf } from './document.ts';
import { type Bench, optionsOf, type Settings } from './measure.ts';
import { transfer } from './style.ts';

const COLUMNS = 7;

/** The demo's scene: one object, its attributes set. */
const LAYOUT_SEED = 20;
const scene = oneObject(LAYOUT_SEED, { kind: 'ball', colour: 'red', pattern: 'striped' }, 'meadow');
/** Another layout, for the style pictures. */
const STYLE_SEED = 40;
const other = oneObject(STYLE_SEED, { kind: 'house', colour: 'blue', pattern: 'plain' }, 'snow');

function oneObject(
  seed: number,
  change: Parameters<typeof changeObject>[2],
  setting: Scene['setting'],
): Scene {
  const layout = sampleScene(seed);
  const single = { ...layout, objects: layout.objects.slice(0, 1) };
  return changeScene(changeObject(single, 0, change), { setting, style: 'flat' });
}

/** A PNG. */
export async function methodsSheet(
  bench: Pick<Bench, 'model' | 'store'>,
  settings: Settings,
): Promise<Buffer> {
  const picture = await pictureOf(scene);
  const source = fullCaption(scene);
  const target = source.replace('ball', 'star');
  const tiles: Captioned[] = [{ picture, caption: `${source}; below: star instead of ball` }];
  for (const cell of CELLS) {
    const request = { picture, source, target, ...optionsOf(cell, settings) };
    const edited = await editPicture(bench.model, bench.store, request);
    tiles.push({ picture: edited.picture, caption: nameOf(cell) });
  }
  for (const style of STYLES.filter((name) => name !== 'flat')) {
    const pictures = await transfer(
      bench,
      { content: scene, style: changeScene(other, { style }) },
      { options: {} },
      settings,
    );
    tiles.push({ picture: pictures.style, caption: `style picture: ${style}` });
    tiles.push({ picture: pictures.result, caption: `style transfer: ${style}` });
  }
  const sheet = await captionedSheet(tiles, COLUMNS, 1);
  // A quarter of the bytes, and no difference to the eye.
  return sharp(sheet).png({ palette: true }).toBuffer();
}
