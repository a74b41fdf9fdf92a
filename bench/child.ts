/**
 * @file One measured process: it holds one model in one setting and does one evaluation per line of standard input,
 * answering each with a `Sample` in JSON. A process of its own keeps peaks of memory apart.
 */

import { join } from 'node:path';
import type { SessionOptions } from '../daemon/src/execution/session.ts';
import type { Thrift } from '../daemon/src/execution/thrift.ts';
import { UNetNetwork } from '../daemon/src/execution/unetNetwork.ts';
import { readConfig, SchedulerConfig, UNetConfig } from '../daemon/src/networks/config.ts';
import { NoiseSchedule } from '../daemon/src/networks/noiseSchedule.ts';
import { Checkpoint } from '../daemon/src/weights/checkpoint.ts';
import { answerRequests } from './answer.ts';
import type { BenchModel } from './models.ts';
import { TimedNetworks } from './timedNetworks.ts';
import { PROMPT_TOKENS, WORKLOADS, type WorkloadName } from './workloads.ts';

/** What a child is started with, as JSON in its first argument. */
export interface ChildJob {
  readonly model: BenchModel;
  readonly workload: WorkloadName;
  readonly options: SessionOptions;
  readonly thrift?: Partial<Thrift>;
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

await answerRequests(networks, evaluate);
