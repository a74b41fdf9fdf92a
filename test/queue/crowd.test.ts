/** 50 owners with 10 jobs each, at once: order kept, nobody waits for another's list, nothing left in memory. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenerateOptions } from '@palimpsest/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JobQueue } from '../../daemon/src/queue/jobQueue.ts';
import type { JobRunner } from '../../daemon/src/queue/jobQueueOptions.ts';
import { BlobStore } from '../../daemon/src/store/blobStore.ts';
import { editRequest, makePlace, type Place } from '../engine/place.ts';
import { DRAWN } from './pretendEngine.ts';

const OWNERS = 50;
const EACH = 10;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'palimpsest-crowd-'));
});
afterAll(() => rmSync(root, { recursive: true }));

/** When nothing waits or runs. */
const idle = (queue: JobQueue) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if (queue.list().some(({ state }) => state === 'queued' || state === 'running')) return;
      queue.off('change', look);
      resolve();
    };
    queue.on('change', look);
    look();
  });

describe('a crowd', () => {
  it('is served in turns', async () => {
    const begun: string[] = [];
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const runner: JobRunner = {
      run: async (request) => {
        if (request.kind === 'generate') begun.push(request.prompt);
        await gate;
        return DRAWN;
      },
    };
    const blobs = new BlobStore(join(root, 'blobs'));
    const queue = await JobQueue.open({ folder: join(root, 'jobs'), runner, blobs });
    const submit = (owner: number, n: number) =>
      queue.submit(
        {
          kind: 'generate',
          model: 'm',
          prompt: `${owner}/${n}`,
          options: GenerateOptions.parse({}),
        },
        { owner: `owner ${owner}`, priority: 'interactive' },
      );
    const owners = Array.from({ length: OWNERS }, (_, owner) => owner);
    await Promise.all(owners.flatMap((owner) => Array.from({ length: EACH }, (_, n) => submit(owner, n))));
    open();
    await idle(queue);
    await queue.close();

    expect(queue.list().filter(({ state }) => state === 'done').length).toBe(OWNERS * EACH);
    // The first to come began before the others were there; from then on, rounds hold each owner once.
    for (const owner of owners) {
      const own = begun.filter((name) => name.startsWith(`${owner}/`));
      expect(own).toEqual(Array.from({ length: EACH }, (_, n) => `${owner}/${n}`));
    }
    for (let round = 0; round < EACH; round++) {
      const names = begun.slice(round * OWNERS, (round + 1) * OWNERS).map((name) => name.split('/')[0]);
      expect(new Set(names).size).toBe(OWNERS);
    }
    expect(readdirSync(join(root, 'jobs')).length).toBe(OWNERS * EACH);
  });

  it('leaves the memory of the engine as it was', async () => {
    const place: Place = await makePlace({ threads: 1 });
    const queue = await JobQueue.open({
      folder: join(place.root, 'jobs'),
      runner: place.engine,
      blobs: place.blobs,
    });
    const edit = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const request = {
          ...editRequest(place.image),
          target: `a ${i % 2 === 0 ? 'cat' : 'tiger'} on a carpet`,
        };
        await queue.submit(request, { owner: `owner ${i % OWNERS}`, priority: 'interactive' });
      }
      await idle(queue);
      return place.engine.status().rssBytes;
    };
    const before = await edit(20);
    const after = await edit(60);
    await queue.close();
    await place.close();
    expect(after / before).toBeLessThan(1.1);
  });
});
