/** @file Networks that know how long the last one took to build and to load. */

import { type BuildGraph, type GraphKey, Networks } from '../daemon/src/execution/networks.ts';
import type { RunnableNetwork } from '../daemon/src/execution/session.ts';
import type { Sample } from './process.ts';

export class TimedNetworks extends Networks {
  times: Pick<Sample, 'buildMs' | 'loadMs'> = {};

  override async load(key: GraphKey, build: BuildGraph): Promise<RunnableNetwork> {
    const start = performance.now();
    let buildMs = 0;
    const session = await super.load(key, (economy, weights) => {
      const graph = build(economy, weights);
      buildMs = performance.now() - start;
      return graph;
    });
    this.times = { buildMs, loadMs: performance.now() - start - buildMs };
    return session;
  }
}
