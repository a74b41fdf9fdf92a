/** @file `npm run demo:evaluate`: the demo model's measures on held-out scenes, as a table. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InversionOptions } from '@palimpsest/protocol';
import { Networks } from '../../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { graphsFolder } from '../../../daemon/src/settings/paths.ts';
import { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { measureAttention } from './attention.ts';
import { measureJudge } from './bounds.ts';
import { EDIT_NAMES, measureEdits } from './edits.ts';
import { measureGeneration } from './generation.ts';
import { Judge } from './judge.ts';
import { measureKeeping } from './keeping.ts';
import { measureAutoencoder, measureInversion } from './reconstruction.ts';
import { ATTRIBUTES } from './scenes.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: join(import.meta.dirname, '../model') },
    /** Edits of each kind; pictures for the other measures. */
    edits: { type: 'string', default: '100' },
    pictures: { type: 'string', default: '100' },
    steps: { type: 'string', default: '30' },
    'inner-steps': { type: 'string', default: '100' },
    /** How pictures are inverted for the edits. */
    mode: { type: 'string', default: 'careful' },
    /** Which measures to take; two processes can share the work. */
    measures: {
      type: 'string',
      default: ['vae', 'judge', 'generation', 'attention', 'inversion', 'keeping', ...EDIT_NAMES].join(),
    },
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

const wanted = new Set(values.measures.split(','));
process.stdout.write(`${lines.join('\n')}\n`);
if (wanted.has('vae')) {
  row(`VAE, ${pictures} pictures`, likeness(await measureAutoencoder(model, pictures)), '28 dB');
}
if (wanted.has('judge')) {
  const { drawn, decoded } = await measureJudge(model, judge, pictures);
  row(`the judge has all right, ${pictures} pictures: as drawn`, percent(drawn));
  row(`the same, after the VAE`, percent(decoded));
}
if (wanted.has('generation')) {
  const drawn = await measureGeneration(model, judge, pictures);
  const goals = { object: '90 %', colour: '90 %', pattern: '', setting: '85 %', style: '85 %' };
  for (const attribute of ATTRIBUTES) {
    row(`text to image, ${pictures}: ${attribute}`, percent(drawn[attribute]), goals[attribute]);
  }
}
if (wanted.has('attention')) {
  const peaks = percent(await measureAttention(model, pictures));
  row(`word attention peaks inside its object, ${pictures} objects`, peaks, '85 %');
}
if (wanted.has('inversion')) {
  const count = Math.min(pictures, Number(values.edits));
  const ddim = { ...inversion, method: 'ddim' } as const;
  row(`DDIM inversion, ${count} pictures`, likeness(await measureInversion(model, store, ddim, count)));
  const learned = likeness(await measureInversion(model, store, inversion, count));
  row(`StyleDiffusion inversion, ${count} pictures`, learned, 'VAE - 1 dB');
}
for (const name of wanted.has('keeping') ? (['replace', 'colour', 'style'] as const) : []) {
  const quick = InversionOptions.parse({ mode: 'instant', steps: Number(values.steps) });
  const figures = await measureKeeping(model, store, judge, name, quick, Number(values.edits));
  for (const keep of ['nothing', 'original'] as const) {
    const { identical, psnrOutside, asked, right } = figures[keep];
    row(
      `${name} at 1024 px, keeping ${keep === 'nothing' ? 'nothing' : 'the original'}, ${values.edits} edits: all right / asked-for right`,
      `${percent(right)} / ${percent(asked)}; outside ${percent(identical)} identical, ${psnrOutside.toFixed(1)} dB`,
      name === 'style' || keep === 'nothing' ? '' : '95 % identical, 32 dB',
    );
  }
}
for (const name of EDIT_NAMES.filter((name) => wanted.has(name))) {
  for (const [editor, tauU] of [
    ['P2P', 0],
    ['P2Plus', 0.5],
  ] as const) {
    const settings = {
      inversion: InversionOptions.parse({ ...inversion, mode: values.mode }),
      edit: { tauU },
    };
    const figures = await measureEdits(model, store, judge, name, settings, Number(values.edits));
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
