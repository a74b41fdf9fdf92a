/** @file `npm run demo`: one example scene, three edits, and a sheet that shows before and after. */

import { join, resolve } from 'node:path';
import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import { progressWriter } from '../../daemon/src/cli/progressBar.ts';
import { TimeLeft } from '../../daemon/src/engine/progressReports.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { writeFileAtomic } from '../../daemon/src/files/writeFile.ts';
import { editPicture } from '../../daemon/src/jobs/editJob.ts';
import { graphsFolder, inversionsFolder } from '../../daemon/src/settings/paths.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { pictureOf } from './evaluate/scenes.ts';
import { type Captioned, captionedSheet } from './sheet.ts';
import { fullCaption } from './world/captions.ts';
import { changeObject, changeScene, sampleScene } from './world/scene.ts';

/** Nobody has to name the scene's seed: the attributes are set below. */
const LAYOUT_SEED = 20;

const scene = changeScene(
  changeObject({ ...sampleScene(LAYOUT_SEED), objects: sampleScene(LAYOUT_SEED).objects.slice(0, 1) }, 0, {
    kind: 'ball',
    colour: 'red',
    pattern: 'striped',
  }),
  { setting: 'meadow', style: 'flat' },
);
const source = fullCaption(scene);

const EDITS: readonly {
  readonly name: string;
  readonly target: string;
  readonly options: Partial<EditOptions>;
}[] = [
  { name: 'replace', target: source.replace('ball', 'star'), options: {} },
  { name: 'refine', target: `a watercolor painting of ${source}`, options: {} },
  {
    name: 'reweight "striped" to 3, tau-s 0.4',
    target: source,
    options: { weights: [{ word: 'striped', weight: 3 }], tauS: 0.4 },
  },
];

const out = resolve(process.argv[2] ?? 'demo.png');
const networks = new Networks(graphsFolder());
const model = new StableDiffusion(join(import.meta.dirname, 'model'), networks);
const store = new InversionStore(inversionsFolder());
const picture = await pictureOf(scene);
const tiles: Captioned[] = [{ picture, caption: source }];
for (const { name, target, options } of EDITS) {
  const request = {
    picture,
    source,
    target,
    inversion: InversionOptions.parse({}),
    edit: EditOptions.parse(options),
  };
  const show = progressWriter(process.stderr, false);
  const timeLeft = new TimeLeft();
  const edited = await editPicture(model, store, request, {
    onProgress: (progress) => show(timeLeft.added(progress)),
  });
  tiles.push({ picture: edited.picture, caption: target === source ? name : `${name}: ${target}` });
}
await writeFileAtomic(out, await captionedSheet(tiles, tiles.length, 2));
await networks.dispose();
process.stdout.write(`Wrote ${out}.\n`);
