/** The queue with an engine that only pretends: states, limits, and what is on disk. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onDamage } from '../../daemon/src/files/damage.ts';
import { JobQueue } from '../../daemon/src/queue/jobQueue.ts';
import type { JobQueueOptions, JobRunner } from '../../daemon/src/queue/jobQueueOptions.ts';
import type { KeptJob } from '../../daemon/src/queue/keptJob.ts';
import { publicJob } from '../../daemon/src/server/handlers/jobView.ts';
import { BlobStore } from '../../daemon/src/store/blobStore.ts';
import { invertRequest } from '../engine/place.ts';
import { draw, PretendEngine } from './pretendEngine.ts';

let root: string;
let blobs: BlobStore;
let queue: JobQueue;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'palimpsest-queue-'));
  blobs = new BlobStore(join(root, 'blobs'), { maxBytes: 100 });
});
afterEach(async () => {
  await queue.close();
  rmSync(root, { recursive: true });
});

const open = async (runner: JobRunner, options: Partial<JobQueueOptions> = {}) => {
  queue = await JobQueue.open({ folder: join(root, 'jobs'), runner, blobs, ...options });
  return queue;
};

const mine = { owner: 'me', priority: 'interactive' } as const;
const batch = { owner: 'me', priority: 'batch' } as const;

/** When a job has reached a state. */
const reached = (id: string, state: KeptJob['state']) =>
  new Promise<KeptJob>((resolve) => {
    const look = (record: KeptJob | undefined) => {
      if (record?.id !== id || record.state !== state) return;
      queue.off('change', look);
      resolve(record);
    };
    queue.on('change', look);
    look(queue.get(id));
  });

describe('a job', () => {
  it('is queued, runs, and is done', async () => {
    const engine = new PretendEngine();
    await open(engine);
    const first = await queue.submit(draw(), mine);
    const second = await queue.submit(draw('a cat'), mine);
    expect(queue.get(first.id)).toMatchObject({ state: 'running', progress: { step: 1 } });
    expect(queue.get(second.id)).toMatchObject({ state: 'queued', position: 1 });
    engine.next();
    const done = await reached(first.id, 'done');
    expect(done).toMatchObject({ result: { width: 1 }, owner: 'me' });
    expect(done.finishedAt).toBeGreaterThanOrEqual(done.startedAt!);
    expect(done).not.toHaveProperty('position');
    await reached(second.id, 'running');
    engine.next();
    await reached(second.id, 'done');
    expect(queue.list({ owner: 'me' }).map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(queue.list({ owner: 'other' })).toEqual([]);
  });

  it('says what was noticed about it, once, as soon as it is known and ever after', async () => {
    const engine = new PretendEngine();
    // Twice, as when the engine has crashed in between.
    engine.notices.push('Few steps.', 'Few steps.');
    await open(engine);
    const heard: KeptJob[] = [];
    queue.on('change', (record) => heard.push(record));
    const { id } = await queue.submit(draw(), mine);
    const told = {
      notices: ['Few steps.'],
      remarks: [{ code: 'STEPS_FEW', facts: { steps: 3 }, text: 'Few steps.' }],
    };
    expect(heard.at(-1)).toMatchObject({ state: 'running', ...told });
    expect(heard.filter(({ notices }) => notices !== undefined)).toHaveLength(1);
    engine.next();
    expect(await reached(id, 'done')).toMatchObject(told);
    await queue.close();
    await open(engine);
    expect(queue.get(id)).toMatchObject(told);
  });

  it('goes before a batch when somebody waits for it, and everybody hears of the new places', async () => {
    const engine = new PretendEngine();
    await open(engine);
    await queue.submit(draw(), batch);
    const waiting = await queue.submit(draw('later'), batch);
    const places: (number | undefined)[] = [];
    queue.on('change', ({ id, position }) => id === waiting.id && places.push(position));
    const now = await queue.submit(draw('now'), mine);
    expect(places).toEqual([2]);
    engine.next();
    await reached(now.id, 'running');
    expect(engine.begun[1]).toMatchObject({ prompt: 'now' });
  });

  it('goes on when somebody who listens fails, and the others hear of it all the same', async () => {
    const engine = new PretendEngine();
    const faults: unknown[] = [];
    await open(engine, { onFault: (error) => faults.push(error) });
    const broken = new Error('broken');
    const fail = () => {
      throw broken;
    };
    queue.on('change', fail);
    queue.on('progress', fail);
    const heard: string[] = [];
    queue.on('change', ({ state }) => heard.push(state));
    queue.on('progress', ({ state }) => heard.push(`${state} on`));
    const job = await queue.submit(draw(), mine);
    engine.next();
    await reached(job.id, 'done');
    expect(heard).toEqual(['queued', 'running', 'running on', 'done']);
    expect(faults).toEqual([broken, broken, broken, broken]);
  });

  it('that runs longer than it may fails and says so, and the next one runs', async () => {
    const engine = new PretendEngine();
    await open(engine, { maxRunTime: 50 });
    const [late, next] = [await queue.submit(draw(), mine), await queue.submit(draw('next'), mine)];
    expect(await reached(late.id, 'failed')).toMatchObject({
      error: {
        code: 'TIME_LIMIT',
        sentence: {
          template: expect.stringContaining('What it has learned is kept'),
          facts: { minutes: 50 / 60_000 },
        },
      },
    });
    await reached(next.id, 'running');
    engine.next();
    await reached(next.id, 'done');
  });

  it('that fails says why, and the next one runs', async () => {
    const engine = new PretendEngine();
    await open(engine);
    const first = await queue.submit(draw(), mine);
    engine.next(new PalimpsestError('PROMPT_TOO_LONG', 'Use fewer words.'));
    const failed = await reached(first.id, 'failed');
    expect(failed.error).toEqual({
      code: 'PROMPT_TOO_LONG',
      sentence: { template: 'Use fewer words.', facts: {} },
    });
    const second = await queue.submit(draw(), mine);
    engine.next(new Error('a bug'));
    expect((await reached(second.id, 'failed')).error).toMatchObject({
      code: 'INTERNAL',
      sentence: { facts: { reason: { foreign: 'a bug' } } },
    });
  });

  it('is cancelled in the queue, while it runs, and not once it is over', async () => {
    const engine = new PretendEngine();
    await open(engine);
    const running = await queue.submit(draw(), mine);
    const waiting = await queue.submit(draw(), mine);
    expect(await queue.cancel(waiting.id)).toMatchObject({ state: 'cancelled' });
    expect(await queue.cancel(running.id)).toMatchObject({ state: 'cancelled' });
    expect(await queue.cancel(running.id)).toMatchObject({ state: 'cancelled' });
    expect(engine.begun.length).toBe(1);
    await expect(queue.cancel('nobody')).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  });

  it('is previewed when that is wanted', async () => {
    const engine = new PretendEngine();
    await open(engine);
    const running = await queue.submit(draw(), mine);
    const waiting = await queue.submit(draw(), mine);
    queue.wantPreview(waiting.id, true);
    const previewed: string[] = [];
    queue.on('progress', ({ id }, preview) => preview && previewed.push(id));
    engine.next();
    await reached(running.id, 'done');
    await reached(waiting.id, 'running');
    expect(previewed).toEqual([waiting.id]);
  });

  it('keeps its picture from being evicted until it is over', async () => {
    const engine = new PretendEngine();
    await open(engine);
    const image = await blobs.put(new Uint8Array(60));
    const job = await queue.submit(invertRequest(image), mine);
    await expect(blobs.put(new Uint8Array(61))).rejects.toMatchObject({ code: 'DISK_FULL' });
    engine.next();
    await reached(job.id, 'done');
    await blobs.put(new Uint8Array(61));
    await expect(queue.submit(invertRequest(image), mine)).rejects.toMatchObject({ code: 'IMAGE_UNKNOWN' });
    expect(queue.list().length).toBe(1);
  });
});

describe('limits', () => {
  it('hold for each owner and for all', async () => {
    await open(new PretendEngine(), { maxWaiting: 3, maxWaitingPerOwner: 2 });
    const submit = (owner: string) => queue.submit(draw(), { ...mine, owner });
    const outcomes = await Promise.allSettled(['a', 'a', 'a', 'b', 'b'].map(submit));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ]);
    await expect(submit('a')).rejects.toMatchObject({ code: 'QUEUE_FULL', message: /2 of your jobs/ });
    await expect(submit('c')).rejects.toMatchObject({ code: 'QUEUE_FULL', message: /3 jobs are waiting/ });
  });

  it('let the oldest finished jobs be forgotten', async () => {
    const engine = new PretendEngine();
    await open(engine, { maxFinished: 2 });
    for (const prompt of ['1', '2', '3']) {
      const { id } = await queue.submit(draw(prompt), mine);
      engine.next();
      await reached(id, 'done');
    }
    await queue.close();
    expect(queue.list().map(({ request }) => request.kind === 'generate' && request.prompt)).toEqual([
      '3',
      '2',
    ]);
    expect(readdirSync(join(root, 'jobs')).length).toBe(2);
  });
});

describe('after a restart', () => {
  it('finished jobs are there, and what ran or waited goes on, the running one first', async () => {
    const before = new PretendEngine();
    await open(before);
    const done = await queue.submit(draw('done'), mine);
    before.next();
    await reached(done.id, 'done');
    const running = await queue.submit(draw('running'), batch);
    const waiting = await queue.submit(draw('waiting'), mine);
    const finished = queue.get(done.id);
    await queue.close();

    const after = new PretendEngine();
    await open(after);
    expect(queue.get(done.id)).toEqual(finished);
    expect(queue.get(running.id)?.state).toBe('running');
    expect(queue.get(waiting.id)).toMatchObject({ state: 'queued', position: 1 });
    after.next();
    await reached(waiting.id, 'running');
    expect(after.begun.map((request) => request.kind === 'generate' && request.prompt)).toEqual([
      'running',
      'waiting',
    ]);
  });

  const intruders: [string, (path: string) => unknown][] = [
    ['folder', (path) => mkdirSync(join(path, 'inside'), { recursive: true })],
  ];
  if (process.platform !== 'win32') intruders.push(['pipe', (path) => execFileSync('mkfifo', [path])]);
  it.each(intruders)('a %s in the place of a job hinders nobody', async (_, put) => {
    const folder = join(root, 'jobs');
    mkdirSync(folder);
    put(join(folder, `${'1'.repeat(8)}-0000-4000-8000-000000000000.json`));
    await open(new PretendEngine());
    const { id } = await queue.submit(draw(), mine);
    expect(queue.list().map((job) => job.id)).toEqual([id]);
  });

  it.each([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1])(
    'a job of number %i is the last, and loses no later ones',
    async (number) => {
      await open(new PretendEngine());
      const [first, strange] = [await queue.submit(draw('1'), mine), await queue.submit(draw('2'), mine)];
      await queue.close();
      const path = join(root, 'jobs', `${strange.id}.json`);
      const text = readFileSync(path, 'utf8').replace(/,"crc32":\d+/, '');
      writeFileSync(path, text.replace(/"sequence":\d+/, `"sequence":${number}`));
      await open(new PretendEngine());
      const later = [await queue.submit(draw('3'), mine), await queue.submit(draw('4'), mine)];
      const ids = [first, strange, ...later].map(({ id }) => id).reverse();
      for (let restarts = 0; restarts < 2; restarts++) {
        expect(queue.list().map(({ id }) => id)).toEqual(ids);
        await queue.close();
        await open(new PretendEngine());
      }
    },
  );

  it('a job from before options were refused runs, without those that its methods do not heed', async () => {
    const image = await blobs.put(Buffer.from('a picture'));
    const inversion = {
      ...{ mode: 'instant', recipe: 'paper', steps: 3, guidance: 7.5, learn: 'keys', innerSteps: 5 },
      ...{ earlyStopEpsilon: 1e-5, seed: 0, towardsEmpty: 0, proximalNorm: 'l0' },
      ...{ proximalQuantile: 0.7, proximalPull: 'trajectory' },
    };
    const edit = {
      ...{ editor: 'sdedit', kind: 'replace', tauV: 0.6, tauC: 0.6, tauS: 0.1, tauU: 0.5, wordTaus: [] },
      ...{ weights: [], blendThreshold: 0.3, subtractThreshold: 0.3, mutualFromStep: 0.08 },
      ...{ injectAttention: 0.5, injectFeatures: 0.8, negativeAlpha: 1, attentionRate: 0.1 },
      ...{ strength: 0.8, feather: 8 },
    };
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    const request = { kind: 'edit', model: 'm', image, source: 'a dog', target: 'a cat', inversion, edit };
    const record = { id, ...mine, request, state: 'queued', createdAt: 1 };
    const crc = crc32(JSON.stringify([3, record]));
    mkdirSync(join(root, 'jobs'));
    writeFileSync(
      join(root, 'jobs', `${id}.json`),
      JSON.stringify({ version: 1, sequence: 3, record, crc32: crc }),
    );
    const engine = new PretendEngine();
    await open(engine);
    expect(engine.begun).toEqual([
      {
        ...request,
        inversion: { mode: 'instant', steps: 3, guidance: 7.5, seed: 0 },
        edit: {
          ...{ editor: 'sdedit', tauV: 0.6, strength: 0.8, feather: 8 },
          ...{ keep: 'original', keepStrength: 0.5, detail: 0 },
        },
      },
    ]);
  });

  it('a failed job of an earlier version tells what its code means, not a message that may hold paths', async () => {
    const engine = new PretendEngine();
    await open(engine);
    const { id } = await queue.submit(draw(), mine);
    const lies = sentence`Cannot write ${{ file: place('/home/somebody/x.png') }}.`;
    engine.next(new PalimpsestError('WRITE_FAILED', lies));
    const failed = await reached(id, 'failed');
    await queue.close();
    await open(new PretendEngine());
    expect(queue.get(id)).toEqual(failed);
    expect(failed.error?.sentence).toEqual(lies);
    await queue.close();

    const path = join(root, 'jobs', `${id}.json`);
    const { sequence, record } = JSON.parse(readFileSync(path, 'utf8'));
    const message = 'Cannot write /home/somebody/x.png.';
    const earlier = { ...record, error: { code: 'WRITE_FAILED', message } };
    const stored = {
      version: 1,
      sequence,
      record: earlier,
      crc32: crc32(JSON.stringify([sequence, earlier])),
    };
    writeFileSync(path, JSON.stringify(stored));
    await open(new PretendEngine());
    expect(publicJob(queue.get(id)!).error).toEqual({
      code: 'WRITE_FAILED',
      message: 'A file cannot be written.',
      facts: {},
    });
  });

  it('damaged and hostile files are passed over', async () => {
    await open(new PretendEngine());
    const good = await queue.submit(draw(), mine);
    await queue.close();
    const folder = join(root, 'jobs');
    const text = readFileSync(join(folder, `${good.id}.json`), 'utf8');
    const idOf = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`;
    const named = (digit: string) => text.replaceAll(good.id, idOf(digit));
    const put = (digit: string, content: string) =>
      writeFileSync(join(folder, `${idOf(digit)}.json`), content);
    put('1', text.slice(0, 50));
    put('2', '{"__proto__": {"state": "done"}}');
    put('3', text);
    put('4', ' '.repeat(2 ** 20 + 1));
    put(
      '5',
      named('5')
        .replace(/"state":"\w+"/, '"state":"dancing"')
        .replace(/,"crc32":\d+/, ''),
    );
    put('6', named('6').replace('a dog', 'a dot'));
    put('7', named('7').replace(/,"crc32":\d+/, ''));
    writeFileSync(join(folder, 'other.json'), text);
    const told: string[] = [];
    onDamage((sentence) => told.push(sentence));
    await open(new PretendEngine());
    // Earlier versions kept no checksum.
    expect(new Set(queue.list().map(({ id }) => id))).toEqual(new Set([good.id, idOf('7')]));
    expect(told.filter((sentence) => /\.json is damaged.*passed over/.test(sentence)).length).toBe(5);
  });
});
