/**
 * @file One of the processes that measure: every so-many-th scene, all of its rows before the next scene, on one thread.
 * What a scene has already is left; each row is kept as it is done.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Networks } from '../../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { graphsFolder } from '../../../daemon/src/settings/paths.ts';
import { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { Judge } from '../evaluate/judge.ts';
import { CELLS, keyOf, STYLE_CELLS, styleKeyOf } from './cells.ts';
import { type Bench, measureEdit, tasks } from './measure.ts';
import { measureTransfer, stylePairs } from './style.ts';
import { type SceneRecords, WorkFolder } from './workFolder.ts';

/** What a worker is started with, as JSON in its first argument. */
export const Share = z.object({
  model: z.string(),
  work: z.string(),
  /** The keys of the rows to measure. */
  keys: z.array(z.string()),
  scenes: z.number(),
  worker: z.number(),
  workers: z.number(),
});
export type Share = z.infer<typeof Share>;

const share = Share.parse(JSON.parse(process.argv[2] ?? ''));
const folder = WorkFolder.open(share.work);
const { steps, innerSteps } = folder.conditions;
const settings = { steps, innerSteps: innerSteps ?? undefined };
const chosen = <T>(cells: readonly T[], key: (cell: T) => string) =>
  cells.filter((cell) => share.keys.includes(key(cell))).map((cell) => [key(cell), cell] as const);

// A worker does not outlive the process that reports for it, and leaves nothing behind.
for (const end of ['disconnect', 'SIGINT', 'SIGTERM']) process.on(end, () => process.exit(1));
// An inversion's time is known only where it was made, so none is kept for another run.
const inversions = mkdtempSync(join(tmpdir(), 'palimpsest-methods-'));
process.on('exit', () => rmSync(inversions, { recursive: true, force: true }));

const networks = new Networks(graphsFolder(), { threads: 1 });
const model = new StableDiffusion(share.model, networks);
const judge = await Judge.load(join(share.model, 'judge'));
const [edits, pairs] = [tasks(), stylePairs()];
for (let scene = 0; scene < share.scenes; scene++) {
  const [task, pair] = [edits.next().value, pairs.next().value];
  if (scene % share.workers !== share.worker) continue;
  const store = new InversionStore(join(inversions, String(scene)));
  const bench: Bench = { model, judge, store, timings: new Map() };
  const records = folder.read(scene);
  for (const [key, cell] of chosen(CELLS, keyOf)) {
    await measureOnce(scene, records, records.edits, key, () => measureEdit(bench, cell, settings, task));
  }
  for (const [key, cell] of chosen(STYLE_CELLS, styleKeyOf)) {
    await measureOnce(scene, records, records.styles, key, () =>
      measureTransfer(bench, cell, settings, pair),
    );
  }
  rmSync(join(inversions, String(scene)), { recursive: true, force: true });
  process.stdout.write(`scene ${scene + 1}: done\n`);
}
await judge.dispose();
await networks.dispose();
process.disconnect?.();

/** Measures a row of a scene that is not there yet, and keeps it. One that fails is told of, and left for the next run. */
async function measureOnce<T>(
  scene: number,
  records: SceneRecords,
  rows: Record<string, T>,
  key: string,
  measure: () => Promise<T>,
): Promise<void> {
  if (key in rows) return;
  try {
    rows[key] = await measure();
  } catch (error) {
    process.stderr.write(`scene ${scene + 1}, ${key}: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
    return;
  }
  await folder.write(scene, records);
}
