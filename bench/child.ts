/**
 * @file One measured process: it holds one model in one setting and does one evaluation per line of standard input,
 * answering each with a `Sample` in JSON. A process of its own keeps peaks of memory apart.
 */

import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Checkpoint } from '../daemon/src/models/checkpoint.ts';
import { readConfig, SchedulerConfig, UNetConfig } from '../daemon/src/models/config.ts';
import { type BuildGraph, type GraphKey, Networks } from '../daemon/src/models/networks.ts';
import { NoiseSchedule } from '../daemon/src/models/noiseSchedule.ts';
import type { Thrift } from '../daemon/src/models/thrift.ts';
import { UNetNetwork } from '../daemon/src/models/unetNetwork.ts';
import type { RunnableNetwork, SessionOptions } from '../daemon/src/runtime/session.ts';
import type { BenchModel } from './models.ts';
import type { Sample } from './process.ts';
import { PROMPT_TOKENS, WORKLOADS, type WorkloadName } from './workloads.ts';

/** What a child is started with, as JSON in its first argument. */
export interface ChildJob {
  readonly model: BenchModel;
  readonly workload: WorkloadName;
  readonly options: SessionOptions;
  readonly thrift?: Partial<Thrift>;
}

/** Networks that know how long the last one took to build and to load. */
class TimedNetworks extends Networks {
  times: Partial<Sample> = {};

  override async load(key: GraphKey, build: BuildGraph): Promise<RunnableNetwork> {
    const start = performance.now();
    let built: number | null = null;
    const session = await super.load(key, (economy) => {
      const graph = build(economy);
      built = performance.now();
      return graph;
    });
    this.times = built === null ? {} : { buildMs: built - start, loadMs: performance.now() - built };
    return session;
  }
}

const { model, workload, options, thrift } = JSON.parse(process.argv[2] ?? '') as ChildJob;
const networks = new TimedNetworks(null, options);
networks.thrift = { ...networks.thrift, ...thrift };
const unet = new UNetNetwork(
  readConfig(model.folder, 'unet/config.json', UNetConfig),
  Checkpoint.open(join(model.folder, 'unet')),
  new NoiseSchedule(SchedulerConfig.parse({})),
  networks,
  PROMPT_TOKENS,
);
const evaluate = WORKLOADS[workload](unet, model.latentSide);

for await (const _ of createInterface({ input: process.stdin })) {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const { data } = await evaluate();
  const wallMs = performance.now() - wall;
  const { user, system } = process.cpuUsage(cpu);
  if (!data.every(Number.isFinite)) throw new Error('the result is not finite: the timing means nothing');
  const sample: Sample = { wallMs, cpuMs: (user + system) / 1000, ...networks.times };
  process.stdout.write(`${JSON.stringify(sample)}\n`);
}
