/**
 * @file `npm run methods`: writes docs/methods.md from the declarations and from docs/methods.json.
 *
 * --measure measures the rows of its tables on held-out scenes and keeps every figure in the folder --work; stopped and
 * started again, it goes on where it was. --work alone takes what the folder holds so far into docs/methods.json.
 * --sheet draws every method on one scene (docs/methods.png).
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Networks } from '../../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { graphsFolder } from '../../../daemon/src/settings/paths.ts';
import { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { CELLS, keyOf, STYLE_CELLS, styleKeyOf } from './cells.ts';
import { methodsDocument } from './document.ts';
import { DOCS, readResults, resultsOf, writeResults } from './results.ts';
import { methodsSheet } from './sheet.ts';
import type { Share } from './worker.ts';
import { WorkFolder } from './workFolder.ts';

const { values } = parseArgs({
  options: {
    measure: { type: 'boolean', default: false },
    sheet: { type: 'boolean', default: false },
    /** Where figures are kept, outside the repository. */
    work: { type: 'string' },
    /** Processes of one thread each, every one with its own scenes. */
    workers: { type: 'string', default: '2' },
    /** Only rows whose keys contain one of these, such as "direct,style transfer". */
    cells: { type: 'string', default: '' },
    /** Held-out scenes for each row, and pairs for style transfer. */
    scenes: { type: 'string', default: '100' },
    steps: { type: 'string', default: '30' },
    /** Optimisation steps at the first timestep; each method's default when left out. */
    'inner-steps': { type: 'string' },
    model: { type: 'string', default: join(import.meta.dirname, '../model') },
  },
});
const steps = Number(values.steps);
const innerSteps = values['inner-steps'] === undefined ? null : Number(values['inner-steps']);

if (values.measure) {
  if (values.work === undefined) throw new Error('--measure keeps its figures: name a folder with --work');
  await measure(values.work);
}
if (values.work !== undefined) {
  const folder = WorkFolder.open(values.work);
  writeResults(resultsOf(folder.conditions, folder.readAll()));
}
if (values.sheet) await drawSheet();
writeFileSync(join(DOCS, 'methods.md'), methodsDocument(readResults()));

/** Lets the workers measure; a worker that fails does not end the others. */
async function measure(work: string): Promise<void> {
  const keys = [...CELLS.map(keyOf), ...STYLE_CELLS.map(styleKeyOf)].filter((key) =>
    values.cells.split(',').some((part) => key.includes(part)),
  );
  if (keys.length === 0) throw new Error(`--cells ${values.cells} is in no row's key`);
  const model = resolve(values.model);
  const { fingerprint } = new StableDiffusion(model, new Networks(null));
  WorkFolder.create(work, { model: fingerprint, steps, innerSteps });
  const workers = Number(values.workers);
  const share = { model, work: resolve(work), keys, scenes: Number(values.scenes), workers };
  const codes = await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      const argument: Share = { ...share, worker };
      const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(argument)]);
      const [code]: unknown[] = await once(child, 'exit');
      return code;
    }),
  );
  if (codes.some((code) => code !== 0)) process.exitCode = 1;
}

async function drawSheet(): Promise<void> {
  const networks = new Networks(graphsFolder());
  const inversions = mkdtempSync(join(tmpdir(), 'palimpsest-methods-'));
  try {
    const bench = {
      model: new StableDiffusion(values.model, networks),
      store: new InversionStore(inversions),
    };
    const sheet = await methodsSheet(bench, { steps, innerSteps: innerSteps ?? undefined });
    writeFileSync(join(DOCS, 'methods.png'), sheet);
  } finally {
    await networks.dispose();
    rmSync(inversions, { recursive: true });
  }
}
