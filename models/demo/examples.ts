/**
 * @file Draws the example pictures of the daemon's page into plugins/page/src/examples, with the words that belong to them:
 * `npx tsx models/demo/examples.ts`.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../daemon/src/imaging/picture.ts';
import { pictureOf } from './evaluate/scenes.ts';
import { fullCaption } from './world/captions.ts';
import { changeScene, type SceneObject, sampleScene } from './world/scene.ts';
import type { Setting } from './world/vocabulary.ts';

/** A big object in the middle; nobody has to name the seed, since all that it says is set below. */
const SCENE = changeScene(sampleScene(20), { style: 'flat' });
const PLACE = { size: 'big', place: 'middle', x: 64, ground: 112, side: 80 } as const;

const EXAMPLES: readonly {
  readonly file: string;
  readonly object: Pick<SceneObject, 'kind' | 'colour' | 'pattern'>;
  readonly setting: Setting;
  readonly change: readonly [string, string];
}[] = [
  {
    file: 'ball',
    object: { kind: 'ball', colour: 'red', pattern: 'striped' },
    setting: 'meadow',
    change: ['ball', 'star'],
  },
  {
    file: 'cat',
    object: { kind: 'cat', colour: 'yellow', pattern: 'plain' },
    setting: 'room',
    change: ['yellow', 'purple'],
  },
  {
    file: 'house',
    object: { kind: 'house', colour: 'blue', pattern: 'plain' },
    setting: 'snow',
    change: ['house', 'mushroom'],
  },
];

const folder = join(import.meta.dirname, '../../plugins/page/src/examples');
const words = [];
for (const { file, object, setting, change } of EXAMPLES) {
  const scene = { ...SCENE, setting, objects: [{ ...PLACE, ...object }] };
  writeFileSync(join(folder, `${file}.png`), await encodePng(await pictureOf(scene)));
  const source = fullCaption(scene);
  words.push({ file: `${file}.png`, source, target: source.replace(...change) });
}
writeFileSync(join(folder, 'words.json'), `${JSON.stringify(words, null, 2)}\n`);
