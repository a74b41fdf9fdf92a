/** Jobs belong to owners: what is left of one that may have none any more, and what a full disk cannot keep. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {} from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobQueue } from '../../daemon/src/queue/jobQueue.ts';
import type { JobQueueOptions } from '../../daemon/src/queue/jobQueueOptions.ts';
import type { KeptJob } from '../../daemon/src/queue/keptJob.ts';
import { BlobStore } from '../../daemon/src/store/blobStore.ts';
import { fillDisk, makeRoomOnDisk } from '../fullDisk.ts';
import { draw, PretendEngine } from './pretendEngine.ts';

let root: string;
let engine: PretendEngine;
let queue: JobQueue;
let owners: Set<string>;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'palimpsest-owners-'));
  owners = new Set(['me', 'other']);
  await open();
});
afterEach(async () => {
  makeRoomOnDisk();
  await queue.close();
  rmSync(root, { recursive: true });
});

async function open(options: Partial<JobQueueOptions> = {}): Promise<void> {
  engine = new PretendEngine();
  queue = await JobQueue.open({
    folder: join(root, 'jobs'),
    runner: engine,
    blobs: new BlobStore(join(root, 'blobs')),
    mayOwn: (owner) => owners.has(owner),
    ...options,
  });
}

const submit = (owner: string, prompt = 'a dog') =>
  queue.submit(draw(prompt), { owner, priority: 'interactive' });

const states = () => queue.list().map(({ owner, state }) => `${owner} ${state}`);

describe('finished jobs', () => {
  it('of an owner are not forgotten for those of another', async () => {
    await queue.close();
    await open({ maxFinished: 5 });
    const mine = await submit('me');
    engine.next();
    await expect.poll(() => queue.get(mine.id)?.state).toBe('done');
    await submit('other');
    for (let i = 0; i < 20; i++) await queue.cancel((await submit('other')).id);
    await expect.poll(() => states().filter((state) => state === 'other cancelled').length).toBe(4);
    expect(queue.get(mine.id)?.state).toBe('done');
  });
});

describe('an owner who may have no jobs any more', () => {
  it('has none that runs, waits, or was being submitted', async () => {
    await submit('me');
    await submit('me');
    const outcomeOf = (job: Promise<KeptJob>) => job.catch((error) => error);
    const racing = Array.from({ length: 40 }, () => outcomeOf(submit('me')));
    const others = submit('other');
    owners.delete('me');
    await queue.cancelAllOf('me');
    const late = outcomeOf(submit('me'));
    for (const each of [...racing, late]) {
      const outcome = await each;
      expect([outcome.code, queue.get(outcome.id)?.state]).toEqual(
        outcome.code === undefined ? [undefined, 'cancelled'] : ['NOT_AUTHORISED', undefined],
      );
    }
    expect(states().filter((state) => /me (queued|running)/.test(state))).toEqual([]);
    expect(queue.get((await others).id)?.state).toBe('running');
    // Neither now nor after a restart.
    expect(engine.begun.length).toBe(2);
    await queue.close();
    await open();
    expect(states().filter((state) => /me (queued|running)/.test(state))).toEqual([]);
  });

  it('is not served between the cancels', async () => {
    for (let i = 0; i < 5; i++) await submit('me', String(i));
    owners.delete('me');
    await queue.cancelAllOf('me');
    expect(engine.begun.length).toBe(1);
  });

  it('has none after a restart, if it was sent away meanwhile', async () => {
    const mine = [await submit('me'), await submit('me')];
    const other = await submit('other');
    await queue.close();
    owners.delete('me');
    await open();
    expect(mine.map(({ id }) => queue.get(id)?.state)).toEqual(['cancelled', 'cancelled']);
    expect(queue.get(other.id)?.state).toBe('running');
    expect(engine.begun.length).toBe(1);
  });
});

describe('on a full disk', () => {
  it.each(['waits', 'runs'])('a job that %s and is cancelled stays so after a kill', async (what) => {
    const running = await submit('me', 'first');
    const waiting = await submit('me', 'second');
    fillDisk();
    const { id } = what === 'runs' ? running : waiting;
    expect(await queue.cancel(id)).toMatchObject({ state: 'cancelled' });
    // As after a kill: nothing more reaches the disk.
    const before = readdirSync(join(root, 'jobs')).filter((name) => name.endsWith('.json'));
    expect(before.length).toBeGreaterThan(0);
    makeRoomOnDisk();
    const abandoned = queue;
    await open();
    expect(queue.get(id)?.state ?? 'forgotten').toMatch(/cancelled|forgotten/);
    await abandoned.close();
  });

  it('a failed job stays so after a kill', async () => {
    const { id } = await submit('me');
    fillDisk();
    engine.next(new Error('no room for its result'));
    await new Promise<void>((resolve) => {
      queue.on('change', ({ state }) => state === 'failed' && resolve());
    });
    makeRoomOnDisk();
    const abandoned = queue;
    await open();
    expect(queue.get(id)?.state).toBe('failed');
    await abandoned.close();
  });
});
