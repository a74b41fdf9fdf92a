/** The engine process from outside: its results, and what happens when it is stopped, killed or asked in vain. */

import type { JobProgress } from '@palimpsest/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editRequest, invertRequest, makePlace, type Place } from './place.ts';

let place: Place;
beforeAll(async () => {
  place = await makePlace({ maxCrashes: 3 });
});
afterAll(() => place.close());

const kill = () => process.kill(place.engine.status().pid!, 'SIGKILL');

describe('the engine process', () => {
  it('inverts once, and edits as often as asked', async () => {
    const stages = new Set<JobProgress['stage']>();
    const first = await place.engine.run<'edit'>(editRequest(place.image), {
      onProgress: ({ stage }) => stages.add(stage),
    });
    expect(stages).toEqual(new Set(['invert', 'optimise', 'edit']));
    expect(first).toMatchObject({ kind: 'replace', reused: false });
    const png = await place.blobs.get(first.image!);
    expect(await sharp(png!).metadata()).toMatchObject({
      format: 'png',
      width: first.width,
      height: first.height,
    });

    const second = await place.engine.run<'edit'>({
      ...editRequest(place.image),
      target: 'a cat on a carpet',
    });
    expect(second).toMatchObject({ inversion: first.inversion, reused: true });
    expect(second.image).not.toBe(first.image);
    const { models, rssBytes, state } = place.engine.status();
    expect(models).toEqual(['small']);
    expect(state).toBe('ready');
    expect(rssBytes).toBeGreaterThan(50e6);
  });

  it('shows previews while they are wanted, as small PNGs', async () => {
    const previews: Uint8Array[] = [];
    await place.engine.run(invertRequest(place.image, { seed: 1, innerSteps: 15 }), {
      preview: () => true,
      onProgress: (_, preview) => preview && previews.push(preview.png),
    });
    expect(previews.length).toBeGreaterThan(0);
    expect(await sharp(previews[0]!).metadata()).toMatchObject({ format: 'png', width: 16, height: 16 });
  });

  it('shows where each word looks', async () => {
    const { kind, ...asked } = invertRequest(place.image);
    const request = { ...asked, model: 'golden' };
    await place.engine.run({ kind, ...request });
    const words = await place.engine.attentionMaps(request);
    expect(words.map(({ word }) => word)).toEqual(['a', 'dog', 'on', 'a', 'carpet']);
    const { data, info } = await sharp(words[1]!.png).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 16, height: 16 });
    expect(Math.max(...data) - Math.min(...data)).toBeGreaterThan(100);
    await expect(place.engine.attentionMaps({ ...request, prompt: 'another prompt' })).rejects.toMatchObject({
      code: 'INVERSION_UNKNOWN',
    });
  });

  it('passes on what is wrong with a request', async () => {
    const unknown = `sha256:${'0'.repeat(64)}` as const;
    const run = place.engine.run.bind(place.engine);
    await expect(run({ ...editRequest(place.image), model: 'none' })).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
    });
    await expect(run(editRequest(unknown))).rejects.toMatchObject({ code: 'IMAGE_UNKNOWN' });
    await expect(run({ ...editRequest(place.image), mask: place.image })).resolves.toBeDefined();
  });
});

describe('an engine process that dies', () => {
  it('is started anew, and the job gives the same result', async () => {
    const request = editRequest(place.image, { seed: 2 });
    const reference = await makePlace();
    const { image } = await reference.engine.run<'edit'>(request);
    await reference.close();
    const killed = new Set<string>();
    const result = await place.engine.run<'edit'>(request, {
      onProgress: ({ stage }) => {
        if (stage === 'invert' || killed.has(stage)) return;
        killed.add(stage);
        kill();
      },
    });
    expect(killed).toEqual(new Set(['optimise', 'edit']));
    expect(result.image).toBe(image);
  });

  it('fails a job that kills it at the same place again and again, and does the next one', async () => {
    const killed = new Set<number>();
    const doomed = place.engine.run(invertRequest(place.image, { seed: 3 }), {
      onProgress: () => {
        killed.add(place.engine.status().pid!);
        kill();
      },
    });
    await expect(doomed).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringMatching(/SIGKILL.*memory/),
    });
    // More than the three in a row where it got further before it died.
    expect(killed.size).toBeGreaterThanOrEqual(3);
    await expect(place.engine.run<'edit'>(editRequest(place.image))).resolves.toMatchObject({ reused: true });
  });

  it('is started again after it died while nobody needed it', async () => {
    kill();
    await expect(place.engine.run<'edit'>(editRequest(place.image))).resolves.toMatchObject({ reused: true });
  });
});

describe('an engine process that cannot be started', () => {
  it('fails its job, and the next one is done as soon as it can be', async () => {
    const fresh = await makePlace();
    const node = process.execPath;
    // As an update of Node leaves it behind.
    process.execPath = '/nowhere/node';
    try {
      await expect(fresh.engine.load('small')).rejects.toMatchObject({
        code: 'ENGINE_CRASHED',
        message: expect.stringContaining('/nowhere/node'),
      });
      expect(fresh.engine.status().state).toBe('stopped');
    } finally {
      process.execPath = node;
    }
    await fresh.engine.load('small');
    await fresh.close();
  });
});

describe('cancelling', () => {
  it('stops the job between two evaluations, and the process lives', async () => {
    await place.engine.load('small');
    const { pid } = place.engine.status();
    const controller = new AbortController();
    const running = place.engine.run(invertRequest(place.image, { seed: 4, innerSteps: 1000 }), {
      signal: controller.signal,
      onProgress: ({ stage }) => stage === 'optimise' && controller.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await place.engine.load('small');
    expect(place.engine.status().pid).toBe(pid);
  });

  it('kills a process that does not stop in time, and the next job has a new one', async () => {
    const impatient = await makePlace({ cancelGrace: 0 });
    const controller = new AbortController();
    const running = impatient.engine.run(invertRequest(impatient.image, { innerSteps: 1000 }), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(impatient.engine.load('small')).resolves.toBeUndefined();
    await impatient.close();
  });

  it('lets a job that waits not even start, and does not wait for the one before it', async () => {
    const controller = new AbortController();
    let firstIsOver = false;
    const first = place.engine.run(editRequest(place.image, { seed: 6 })).finally(() => {
      firstIsOver = true;
    });
    const progress: JobProgress[] = [];
    const second = place.engine.run<'edit'>(editRequest(place.image), {
      signal: controller.signal,
      onProgress: (step) => progress.push(step),
    });
    const third = place.engine.load('small').then(() => firstIsOver);
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(firstIsOver).toBe(false);
    await first;
    expect(await third).toBe(true);
    expect(progress).toEqual([]);
  });
});

describe('models', () => {
  it('are unloaded when others were used more lately, or when asked', async () => {
    for (const name of ['small', 'second', 'third']) await place.engine.load(name);
    expect(place.engine.status().models).toEqual(['second', 'third']);
    await place.engine.unload('second');
    expect(place.engine.status().models).toEqual(['third']);
  });
});

describe('a device that fails', () => {
  it('fails its job with what to do, and the next one has a fresh process', async () => {
    // Without a driver WebGPU has no card, on any machine.
    const driver = process.env.VK_ICD_FILENAMES;
    process.env.VK_ICD_FILENAMES = '/nowhere.json';
    const without = await makePlace({ device: 'webgpu' });
    try {
      const request = invertRequest(without.image);
      expect(without.engine.status().device).toBe('webgpu');
      for (let job = 0; job < 2; job++) {
        await expect(without.engine.run(request)).rejects.toMatchObject({
          code: 'ENGINE_FAILED',
          message: expect.stringContaining('--device cpu'),
        });
        expect(without.engine.status().state).toBe('stopped');
      }
    } finally {
      if (driver === undefined) delete process.env.VK_ICD_FILENAMES;
      else process.env.VK_ICD_FILENAMES = driver;
      await without.close();
    }
  });
});
