/** @file `npm run demo:evaluate`: the demo model's measures on held-out scenes, as a table. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InversionOptions } from '@palimpsest/protocol';
import { Networks } from '../../../daemon/src/models/networks.ts';
import { StableDiffusion } from '../../../daemon/src/models/stableDiffusion.ts';
import { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { graphsFolder } from '../../../daemon/src/store/paths.ts';
import { measureAttention } from './attention.ts';
import { EDIT_NAMES, measureEdits } from './edits.ts';
import { measureGeneration } from './generation.ts';
import { Judge } from './judge.ts';
import { measureAutoencoder, measureInversion } from './reconstruction.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: join(import.meta.dirname, '../model') },
    /** Edits of each kind; pictures for the other measures. */
    edits: { type: 'string', default: '100' },
    pictures: { type: 'string', default: '100' },
    steps: { type: 'string', default: '30' },
    'inner-steps': { type: 'string', default: '100' },
    /** Where inversions are kept, to go on after an interruption; a temporary folder when left out. */
    inversions: { type: 'string' },
    out: { type: 'string' },
  },
});

const pictures = Number(values.pictures);
const folder = values.inversions ?? mkdtempSync(join(tmpdir(), 'palimpsest-evaluate-'));
const store = new InversionStore(folder);
const networks = new Networks(graphsFolder());
const model = new StableDiffusion(values.model, networks);
const judge = await Judge.load(join(values.model, 'judge'));
const inversion = InversionOptions.parse({
  steps: Number(values.steps),
  innerSteps: Number(values['inner-steps']),
});
const lines: string[] = ['| measure | value | goal |', '|---|---|---|'];

function row(measure: string, value: string, goal = ''): void {
  lines.push(`| ${measure} | ${value} | ${goal} |`);
  process.stdout.write(`${lines.at(-1)}\n`);
}
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const likeness = ({ psnr, ssim }: { psnr: number; ssim: number }): string =>
  `${psnr.toFixed(1)} dB, SSIM ${ssim.toFixed(3)}`;

process.stdout.write(`${lines.join('\n')}\n`);
row(`VAE, ${pictures} pictures`, likeness(await measureAutoencoder(model, pictures)), '28 dB');
const drawn = await measureGeneration(model, judge, pictures);
const drawnGoals = { object: '90 %', colour: '90 %', pattern: '', setting: '85 %', style: '85 %' };
for (const [name, goal] of Object.entries(drawnGoals)) {
  row(`text to image, ${pictures}: ${name}`, percent(drawn[name as keyof typeof drawn]), goal);
}
row(
  `word attention peaks inside its object, ${pictures} objects`,
  percent(await measureAttention(model, pictures)),
  '85 %',
);

const inverted = Math.min(pictures, Number(values.edits));
const ddim = { ...inversion, method: 'ddim' } as const;
row(`DDIM inversion, ${inverted} pictures`, likeness(await measureInversion(model, store, ddim, inverted)));
row(
  `StyleDiffusion inversion, ${inverted} pictures`,
  likeness(await measureInversion(model, store, inversion, inverted)),
  'VAE - 1 dB',
);

for (const name of EDIT_NAMES) {
  for (const [editor, tauU] of [
    ['P2P', 0],
    ['P2Plus', 0.5],
  ] as const) {
    const figures = await measureEdits(
      model,
      store,
      judge,
      name,
      { inversion, edit: { tauU } },
      Number(values.edits),
    );
    row(
      `${name} by ${editor}, ${figures.count} edits: all right / asked-for right`,
      `${percent(figures.right)} / ${percent(figures.asked)}; outside ${figures.psnrOutside.toFixed(1)} dB, SSIM ${figures.ssimOutside.toFixed(3)}`,
      '80 %',
    );
  }
}
if (values.out !== undefined) writeFileSync(values.out, `${lines.join('\n')}\n`);
await judge.dispose();
await networks.dispose();
if (values.inversions === undefined) rmSync(folder, { recursive: true });
