/** @file `npm run bench`: what the engine costs in time and memory (docs/performance.md). */

import { execFileSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SessionOptions } from '../daemon/src/execution/session.ts';
import type { ChildJob } from './child.ts';
import { type Contestant, contest, type Result } from './contest.ts';
import { compareLayouts, timeTimestep } from './layouts.ts';
import { type BenchModel, CACHE_FOLDER, fullModel, goldenModel, midModel } from './models.ts';
import { MeasuredProcess } from './process.ts';
import { WORKLOADS, type WorkloadName } from './workloads.ts';

const HELP = `Usage: npm run bench -- [options]

Times one noise prediction (forward), one inner iteration of the inversion (inner) and one edit step (edit) on the
golden model and on a mid-size random model, each setting against the default of the same run.

  --rounds N    evaluations of each setting (default 9)
  --only NAME   one workload: forward, inner or edit
  --pytorch     only the default setting, and PyTorch on the same weights beside it, where python3 has torch
  --full        only Stable Diffusion 1.5's full size, default setting (writes 3.4 GB of random weights once)
  --layouts     only the full size, whole models as diffusers fp32, fp16 and single file: found, loaded, compared (17 GB)
  --timestep    only the full size: one timestep of an inversion with --rounds iterations (default 5), one edit step
  --fp16        with --full and --timestep: weights stored as fp16

Random models are kept in ${CACHE_FOLDER}; delete it when you are done. --layouts and --timestep remove theirs.
`;

/** What is compared; the first is the default. Each of the others changes one thing, but for the last. */
const SETTINGS: readonly (readonly [string, SessionOptions])[] = [
  ['default', {}],
  ['optimization basic', { optimization: 'basic' }],
  ['optimization all', { optimization: 'all' }],
  ['prepacking', { prepacking: true }],
  ['spinning', { spinning: true }],
  ['1 thread', { threads: 1 }],
  ["the runtime's threads", { threads: 0 }],
  ['all, prepacking', { optimization: 'all', prepacking: true }],
];

const REFERENCE = join(import.meta.dirname, 'reference/inner_iteration.py');

function ours(model: BenchModel, workload: WorkloadName, name: string, options: SessionOptions): Contestant {
  const job: ChildJob = { model, workload, options };
  const script = join(import.meta.dirname, 'child.ts');
  return {
    name,
    start: () => new MeasuredProcess(process.execPath, [...process.execArgv, script, JSON.stringify(job)]),
  };
}

function pytorch(python: string, model: BenchModel, workload: WorkloadName, threads: number): Contestant {
  const side = String(model.latentSide);
  const args = [REFERENCE, model.folder, '--latent-side', side, '--threads', String(threads)];
  return {
    name: `PyTorch, ${threads} thread${threads > 1 ? 's' : ''}`,
    start: () => new MeasuredProcess(python, args, workload),
  };
}

/** A Python that has torch: $PYTHON, the first one on the path, or the system's. */
function findPyTorch(): string | null {
  for (const python of [process.env.PYTHON ?? 'python3', '/usr/bin/python3']) {
    try {
      execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
      return python;
    } catch {
      // Not this one.
    }
  }
  return null;
}

function print(title: string, results: readonly Result[]): void {
  const ms = (value: number | undefined) => (value === undefined ? '' : value.toFixed(value < 100 ? 1 : 0));
  const mb = (bytes: number) => (bytes / 1e6).toFixed(0);
  const [load] = loadavg();
  console.log(`\n### ${title} (load average ${load!.toFixed(1)})\n`);
  const columns = [
    '',
    'best ms',
    'median ms',
    'CPU ms',
    'ratio',
    'build ms',
    'load ms',
    'own MB',
    'mapped MB',
  ];
  console.log(`| ${columns.join(' | ')} |\n|${columns.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`);
  for (const r of results) {
    const times = [r.bestMs, r.medianMs, r.cpuMs].map(ms);
    const cells = [r.name, ...times, r.ratio.toFixed(2), ms(r.buildMs), ms(r.loadMs)];
    console.log(`| ${[...cells, mb(r.ownBytes), mb(r.mappedBytes)].join(' | ')} |`);
  }
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    only: { type: 'string' },
    pytorch: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    layouts: { type: 'boolean', default: false },
    timestep: { type: 'boolean', default: false },
    fp16: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const isWorkload = (name: string): name is WorkloadName => Object.hasOwn(WORKLOADS, name);

/** The reference has no attention control: there is no edit step to compare. */
const inReference = (workload: WorkloadName): boolean => workload !== 'edit';

async function main(): Promise<void> {
  const rounds = Number(values.rounds ?? (values.full ? 3 : 9));
  const workloads = Object.keys(WORKLOADS)
    .filter(isWorkload)
    .filter((name) => !values.only || name === values.only);
  const python = values.pytorch ? findPyTorch() : null;
  if (values.pytorch && python === null) {
    console.log('No python3 with torch here, so PyTorch is left out (Debian: apt install python3-torch).');
  }
  console.log(`${availableParallelism()} cores, Node ${process.version}, ${rounds} rounds after warm-up`);
  const models = values.full ? [fullModel(values.fp16 ? 'F16' : 'F32')] : [goldenModel(), midModel()];
  const settings = values.full || values.pytorch ? SETTINGS.slice(0, 1) : SETTINGS;
  for (const model of models) {
    for (const workload of workloads) {
      const contestants = settings.map(([name, options]) => ours(model, workload, name, options));
      if (python !== null && inReference(workload)) {
        contestants.push(ours(model, workload, '1 thread', { threads: 1 }));
        contestants.push(...[2, 1].map((threads) => pytorch(python, model, workload, threads)));
      }
      print(`${model.name}, ${workload}`, await contest(contestants, rounds));
    }
  }
}

if (values.help) console.log(HELP);
else if (values.layouts) await compareLayouts();
else if (values.timestep)
  await timeTimestep(`diffusers ${values.fp16 ? 'fp16' : 'fp32'}`, Number(values.rounds ?? 5));
else await main();
