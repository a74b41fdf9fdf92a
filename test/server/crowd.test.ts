/** 50 clients at once, each with its own socket and token, against a daemon in a process of its own. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crowd, inOrder } from './crowd.ts';
import { type StartedDaemon, somePort, startDaemon } from './daemon.ts';

const CLIENTS = 50;
const EACH = 2;

let daemon: StartedDaemon;
let crowd: Crowd;
beforeAll(async () => {
  daemon = await startDaemon(somePort());
  crowd = await Crowd.connect(daemon, CLIENTS);
});
afterAll(async () => {
  crowd.close();
  await daemon.stop();
});

const draw = () =>
  crowd.run(EACH, (client, which) =>
    client.submit('generate', { model: 'modelA', prompt: `a dog ${which}`, options: { steps: 1 } }),
  );

describe('50 clients', () => {
  it('are served in turns, each in its own order, and leave the memory as it was', async () => {
    // Twice, so that what is kept on purpose, and what the allocators keep, is there; they also give back at times.
    const before = { daemon: 0, engine: 0 };
    for (let i = 0; i < 2; i++) {
      await draw();
      const { daemon, engine } = await crowd.memory();
      before.daemon = Math.max(before.daemon, daemon);
      before.engine = Math.max(before.engine, engine);
    }
    const jobs = await draw();
    const after = await crowd.memory();

    expect(jobs.flat().map(({ state }) => state)).toEqual(Array(CLIENTS * EACH).fill('done'));
    expect(inOrder(jobs)).toBe(true);
    // Nobody's second job goes before everybody's first: but for those that began before the others had come.
    const firsts = jobs.map(([first]) => first!.startedAt!);
    const seconds = jobs.map(([, second]) => second!.startedAt!).sort((a, b) => a - b);
    expect(seconds.filter((at) => at < Math.max(...firsts)).length).toBeLessThan(CLIENTS / 2);
    expect(after.engine / before.engine).toBeLessThan(1.1);
    expect(after.daemon / before.daemon).toBeLessThan(1.1);
  }, 300_000);
});
