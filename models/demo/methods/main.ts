/**
 * @file `npm run methods`: writes docs/methods.md from the declarations and from docs/methods.json.
 *
 * With --measure it measures the cells anew first, one after the other, each kept as it is done; with --sheet it draws
 * every method on one scene (docs/methods.png).
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Networks } from '../../../daemon/src/models/networks.ts';
import { StableDiffusion } from '../../../daemon/src/models/stableDiffusion.ts';
import { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { graphsFolder } from '../../../daemon/src/store/paths.ts';
import { Judge } from '../evaluate/judge.ts';
import { CELLS } from './cells.ts';
import { methodsDocument } from './document.ts';
import { type Bench, measureCell } from './measure.ts';
import { DOCS, keyOf, readResults, writeResults } from './results.ts';
import { methodsSheet } from './sheet.ts';
import { measureStyle } from './style.ts';

const { values } = parseArgs({
  options: {
    measure: { type: 'boolean', default: false },
    sheet: { type: 'boolean', default: false },
    /** Held-out scenes for each cell, and pairs for style transfer. */
    scenes: { type: 'string', default: '100' },
    steps: { type: 'string', default: '30' },
    /** Optimisation steps at the first timestep; each method's default when left out. */
    'inner-steps': { type: 'string' },
    /** Only the cells whose names contain this, such as "direct". */
    only: { type: 'string', default: '' },
    /** Where inversions are kept, to go on after an interruption; a temporary folder when left out. */
    inversions: { type: 'string' },
    model: { type: 'string', default: join(import.meta.dirname, '../model') },
  },
});
const settings = {
  steps: Number(values.steps),
  innerSteps: values['inner-steps'] === undefined ? undefined : Number(values['inner-steps']),
};

if (values.measure || values.sheet) {
  const folder = values.inversions ?? mkdtempSync(join(tmpdir(), 'palimpsest-methods-'));
  const networks = new Networks(graphsFolder());
  const bench: Bench = {
    model: new StableDiffusion(values.model, networks),
    store: new InversionStore(folder),
    judge: await Judge.load(join(values.model, 'judge')),
    timings: new Map(),
  };
  if (values.measure) await measure(bench);
  if (values.sheet) writeFileSync(join(DOCS, 'methods.png'), await methodsSheet(bench, settings));
  await bench.judge.dispose();
  await networks.dispose();
  if (values.inversions === undefined) rmSync(folder, { recursive: true });
}
writeFileSync(join(DOCS, 'methods.md'), methodsDocument(readResults()));

async function measure(bench: Bench): Promise<void> {
  const count = Number(values.scenes);
  const inner = settings.innerSteps === undefined ? "each method's own" : String(settings.innerSteps);
  const about = `The demo model, ${count} held-out scenes, ${settings.steps} steps, inner steps: ${inner}; a processor of 2 cores.`;
  for (const cell of CELLS.filter((cell) => keyOf(cell).includes(values.only))) {
    const figures = await measureCell(bench, cell, settings, count);
    const before = readResults();
    writeResults({ ...before, about, cells: { ...before.cells, [keyOf(cell)]: figures } });
    process.stdout.write(`${keyOf(cell)}: ${JSON.stringify(figures)}\n`);
  }
  if (!'style transfer'.includes(values.only)) return;
  const style = await measureStyle(bench, settings, count);
  writeResults({ ...readResults(), about, style });
  process.stdout.write(`style transfer: ${JSON.stringify(style)}\n`);
}
