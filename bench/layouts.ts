/**
 * @file `npm run bench -- --layouts` and `--timestep`: whole models of the full size as people have them, found as
 * `palimpsest models` finds them, each in processes of its own.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { THRIFTS, type Thrift } from '../daemon/src/execution/thrift.ts';
import { openModels } from '../daemon/src/server/openModels.ts';
import type { Tensor } from '../daemon/src/tensor/tensor.ts';
import { readHeader, readTensor } from '../daemon/src/weights/safetensors.ts';
import { difference } from '../parity/src/difference.ts';
import { MeasuredProcess, type MemoryPeak, type Sample } from './process.ts';
import type { WholeJob } from './wholeChild.ts';
import { LAYOUTS, type Layout, NAMED_FOLDERS } from './wholeModel.ts';

/** What one request took, and the process' peaks until then. */
interface Taken extends Sample, MemoryPeak {}

/** Each layout found, loaded twice, and compared with the first. */
export async function compareLayouts(): Promise<void> {
  await withModels(LAYOUTS, async (root) => {
    printHead('Full size in all layouts', LAYOUT_COLUMNS);
    let reference: Map<string, Tensor> | null = null;
    for (const layout of LAYOUTS) {
      const graphs = join(root, 'graphs', layout.name);
      const first = await perform(root, layout, { graphs }, ['open', 'text', 'noise', 'noise', 'picture']);
      const second = await perform(root, layout, { graphs }, ['open', 'text', 'noise']);
      const results = first.results;
      reference ??= results;
      const [open, text, noise, again, picture] = first.taken as [Taken, Taken, Taken, Taken, Taken];
      printRow([
        layout.name,
        ms(open.wallMs),
        both(noise.buildMs, noise.loadMs),
        both(second.taken[2]!.buildMs, second.taken[2]!.loadMs),
        times(text),
        times(again),
        times(picture),
        mb(again.own),
        mb(picture.own),
        mb(picture.mapped),
        ['text', 'noise', 'picture']
          .map((name) =>
            difference(results.get(name)!.data, reference!.get(name)!.data).relative.toExponential(1),
          )
          .join(', '),
      ]);
    }
  });
}

const LAYOUT_COLUMNS = [
  '',
  'open ms',
  'build, load ms',
  'second start',
  'text s (CPU)',
  'noise s (CPU)',
  'picture s (CPU)',
  'own MB, noise',
  'own MB, all',
  'mapped MB',
  'difference: text, noise, picture',
];

/** One timestep of an inversion and one step of an edit on the full size, by the methods' own code. */
export async function timeTimestep(name: string, innerSteps: number): Promise<void> {
  const layout = LAYOUTS.find((one) => one.name === name)!;
  await withModels([layout], async (root) => {
    const columns = ['', 'timestep s (CPU)', 'own MB', 'edit step s (CPU)', 'own MB, both', 'mapped MB'];
    printHead(`${name}, one timestep with ${innerSteps} iterations, one step of an edit`, columns);
    for (const thrift of [THRIFTS[0]!, THRIFTS.at(-1)!]) {
      const job = { thrift, innerSteps, graphs: join(root, 'graphs') };
      const { taken } = await perform(root, layout, job, ['open', 'timestep', 'edit']);
      const [, timestep, edit] = taken as [Taken, Taken, Taken];
      const mode = thrift === THRIFTS[0] ? 'nothing spared' : 'all spared';
      printRow([mode, times(timestep), mb(timestep.own), times(edit), mb(edit.own), mb(edit.mapped)]);
    }
  });
}

/** Writes models, has them found, and removes them afterwards. */
async function withModels(layouts: readonly Layout[], work: (root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'palimpsest-layouts-'));
  try {
    for (const { name, path, write } of layouts) {
      process.stderr.write(`Writing ${name} ...\n`);
      write(join(root, path));
    }
    const folders = NAMED_FOLDERS.map((folder) => join(root, folder));
    for (const folder of folders) mkdirSync(folder, { recursive: true });
    const found = openModels({ models: folders, named: {} }).listAll();
    for (const { path } of layouts) {
      const model = found.find((one) => one.path === join(root, path));
      if (model === undefined || model.refused !== null) throw new Error(`${path} was not found`);
      console.log(`Found "${model.name}" of ${model.origin}: ${path}`);
    }
    await work(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Does one request after the other in a process of its own. */
async function perform(
  root: string,
  layout: Layout,
  options: Pick<WholeJob, 'graphs'> & Partial<WholeJob>,
  requests: readonly string[],
): Promise<{ taken: Taken[]; results: Map<string, Tensor> }> {
  const lavish: Thrift = THRIFTS[0]!;
  const results = join(root, 'results.safetensors');
  const model = join(root, layout.path);
  const job: WholeJob = { model, thrift: lavish, results, innerSteps: 1, ...options };
  const script = join(import.meta.dirname, 'wholeChild.ts');
  const child = new MeasuredProcess(process.execPath, [...process.execArgv, script, JSON.stringify(job)]);
  const taken: Taken[] = [];
  try {
    for (const request of requests) taken.push({ ...(await child.evaluate(request)), ...child.memory });
  } finally {
    await child.end();
  }
  const { tensors } = readHeader(results);
  return { taken, results: new Map([...tensors].map(([name, stored]) => [name, readTensor(stored)])) };
}

const ms = (value = 0): string => value.toFixed(0);
const mb = (bytes: number): string => (bytes / 1e6).toFixed(0);
const both = (first?: number, second?: number): string => `${ms(first)}, ${ms(second)}`;
const times = ({ wallMs, cpuMs }: Sample): string =>
  `${(wallMs / 1000).toFixed(1)} (${(cpuMs / 1000).toFixed(1)})`;

/** Rows are printed as they come: on a busy machine each takes minutes. */
const printRow = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

function printHead(title: string, columns: readonly string[]): void {
  console.log(`\n### ${title} (load average ${loadavg()[0]!.toFixed(1)})\n`);
  printRow(columns);
  printRow(columns.map((_, i) => (i === 0 ? '---' : '---:')));
}
