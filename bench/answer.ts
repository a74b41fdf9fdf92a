/** @file The measured side of a `MeasuredProcess`. */

import { createInterface } from 'node:readline';
import type { Tensor } from '../daemon/src/tensor/tensor.ts';
import type { Sample } from './process.ts';
import type { TimedNetworks } from './timedNetworks.ts';

/** Does one evaluation per line of standard input, which names it, and answers with a `Sample` in JSON. */
export async function answerRequests(
  networks: TimedNetworks,
  evaluate: (request: string) => Promise<Tensor>,
): Promise<void> {
  for await (const request of createInterface({ input: process.stdin })) {
    networks.times = {};
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    const { data } = await evaluate(request);
    const wallMs = performance.now() - wall;
    const { user, system } = process.cpuUsage(cpu);
    if (!data.every(Number.isFinite)) throw new Error('the result is not finite: the timing means nothing');
    const sample: Sample = { wallMs, cpuMs: (user + system) / 1000, ...networks.times };
    process.stdout.write(`${JSON.stringify(sample)}\n`);
  }
}
