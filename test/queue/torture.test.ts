/**
 * kill -9 at random moments: of the engine, then of the daemon, and so on. Each job ends with the result of an
 * undisturbed run, to the bit, and nothing that was finished is lost.
 *
 * 20 kills; 100 by `npm run torture`.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JobRequest, JobResult } from '@palimpsest/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KeptJob } from '../../daemon/src/queue/keptJob.ts';
import { uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { editRequest, makePlace, type Place } from '../engine/place.ts';
import type { Told } from './daemon.ts';

const KILLS = process.env.MODE === 'torture' ? 100 : 20;

/** Ample, for a machine that has other work. */
const MS_PER_KILL = 12_000;

/** Changes the moments of the kills. */
const SEED = Number(process.env.PALIMPSEST_SEED ?? 1);

class Daemon {
  jobs: readonly KeptJob[] = [];
  engine: number | null = null;
  private readonly child: ChildProcess;

  constructor(root: string) {
    this.child = fork(new URL('daemon.ts', import.meta.url), [root], {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
    });
    this.child.on('message', (told: Told) => {
      if ('jobs' in told) this.jobs = told.jobs;
      else this.engine = told.engine;
    });
  }

  submit(request: JobRequest): void {
    this.child.send(request);
  }

  /** When something of it is as wanted. */
  async until(wanted: (daemon: Daemon) => boolean): Promise<void> {
    while (!wanted(this)) await once(this.child, 'message');
  }

  async kill(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

let place: Place;
let reference: Place;
let daemon: Daemon;
beforeAll(async () => {
  [place, reference] = [await makePlace(), await makePlace()];
  daemon = new Daemon(place.root);
});
afterAll(async () => {
  await daemon.kill();
  await Promise.all([place.close(), reference.close()]);
});

/** Job number n: an inversion of six timesteps, and an edit. */
const request = (n: number) => editRequest(place.image, { steps: 6, innerSteps: 8, seed: n + 1 });

const isOver = ({ state }: KeptJob) => state !== 'queued' && state !== 'running';

it(`survives ${KILLS} kills`, { timeout: 60_000 + KILLS * MS_PER_KILL }, async () => {
  const uniform = uniformGenerator(SEED);
  await reference.engine.run(request(0));
  const begun = Date.now();
  await reference.engine.run(request(-1));
  const undisturbed = Date.now() - begun;

  let submitted = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    // Work for the engine, and an engine that is at it.
    let engine: number | null = null;
    while (engine === null) {
      if (daemon.jobs.every(isOver)) daemon.submit(request(submitted++));
      await daemon.until(({ jobs }) => jobs.length === submitted);
      await daemon.until((now) => now.engine !== null || now.jobs.every(isOver));
      engine = daemon.engine;
    }
    await sleep(uniform() * undisturbed);
    if (kill % 2 === 0) {
      daemon.engine = null;
      process.kill(engine, 'SIGKILL');
    } else {
      const before = daemon.jobs;
      await daemon.kill();
      daemon = new Daemon(place.root);
      await daemon.until(({ jobs }) => jobs.length === submitted);
      const after = new Map(daemon.jobs.map((record) => [record.id, record]));
      for (const record of before.filter(isOver)) expect(after.get(record.id)).toEqual(record);
    }
  }
  await daemon.until(({ jobs }) => jobs.length === submitted && jobs.every(isOver));

  for (const { state, request, result, error } of daemon.jobs) {
    expect(state, error?.code).toBe('done');
    const made = JobResult.parse(result);
    // Whether it was there already depends on what was killed.
    expect({ ...made, reused: null }).toEqual({
      ...(await reference.engine.run(request)),
      reused: null,
    });
    expect('image' in made && (await place.blobs.get(made.image))).toBeTruthy();
  }
});
