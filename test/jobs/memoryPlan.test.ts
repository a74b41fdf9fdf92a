/** What a job takes is told before it starts, and what does not fit is refused with what would. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EditOptions, GenerateOptions, InversionOptions, PalimpsestError } from '@palimpsest/protocol';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { parseBudget } from '../../daemon/src/execution/memoryBudget.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { Session } from '../../daemon/src/execution/session.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { THRIFTS } from '../../daemon/src/execution/thrift.ts';
import { decodePicture, type Picture } from '../../daemon/src/imaging/picture.ts';
import type { Job } from '../../daemon/src/jobs/job.ts';
import { memoryNeed } from '../../daemon/src/jobs/memoryNeed.ts';
import { keepWithin } from '../../daemon/src/jobs/memoryPlan.ts';
import { parameterCount } from '../../daemon/src/methods/learnedContext.ts';
import { GOLDEN, golden, MODEL } from '../golden.ts';

const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
const store = {
  find: async () => null,
  findPartial: async () => null,
  save: vi.fn(async () => {}),
  savePartial: vi.fn(async () => {}),
};
const workshop = { model, networks, store };
const last = THRIFTS.length - 1;
let picture: Picture;
beforeAll(async () => {
  picture = await decodePicture(new Uint8Array(readFileSync(join(GOLDEN, 'image.png'))));
});

const invert = (options: Partial<InversionOptions> = {}, of = picture): Job => ({
  kind: 'invert',
  work: {
    picture: of,
    prompt: 'a dog on a carpet',
    options: InversionOptions.parse({ steps: 4, ...options }),
  },
});
const generate = (side: number): Job => ({
  kind: 'generate',
  work: { prompt: 'a dog', options: GenerateOptions.parse({ steps: 2, width: side, height: side }) },
});

describe('the estimate', () => {
  it('runs no network and keeps nothing', async () => {
    const load = vi.spyOn(Session, 'load');
    const { weights, own, total } = await memoryNeed(workshop, generate(128), THRIFTS[0]!);
    expect(load).not.toHaveBeenCalled();
    await memoryNeed(workshop, invert(), THRIFTS[0]!);
    expect(store.save).not.toHaveBeenCalled();
    expect(store.savePartial).not.toHaveBeenCalled();
    expect(weights).toBeGreaterThan(6e6);
    expect(total).toBe(weights + own);
    load.mockRestore();
  });

  it('falls with each thing that is spared', async () => {
    const needs = [];
    for (const thrift of THRIFTS) needs.push((await memoryNeed(workshop, invert({ size: 256 }), thrift)).own);
    for (const [i, need] of needs.entries()) expect(need).toBeLessThanOrEqual(needs[i - 1] ?? need);
    expect(needs[last]).toBeLessThan(needs[0]!);
  });

  it('grows with the size', async () => {
    const [small, large] = [
      await memoryNeed(workshop, generate(128), THRIFTS[0]!),
      await memoryNeed(workshop, generate(512), THRIFTS[0]!),
    ];
    expect(large.own).toBeGreaterThan(small.own);
    expect(large.weights).toBe(small.weights);
  });
});

describe('what is kept of each step', () => {
  const FEW = 4;
  const MORE = 200;
  /** Bytes that one step more takes, beside the networks. */
  const perStep = async (options: Partial<InversionOptions>): Promise<number> => {
    const ownOf = async (steps: number) =>
      (await memoryNeed(workshop, invert({ ...options, steps }), THRIFTS[0]!)).own;
    return ((await ownOf(FEW + MORE)) - (await ownOf(FEW))) / MORE;
  };
  const LATENT = 4 * 4 * 16 * 16;
  /** Five sites at a quarter of the latent's side, 4 heads, 16 queries, 77 tokens. */
  const MAPS = 4 * 5 * 4 * 16 * 77;
  /** There when it is written, too: joined, and as a file's bytes. */
  const LEARNED = 4 * 3 * parameterCount({ kind: 'scaleShift', imageTokens: 197, promptTokens: 77 });
  const EMBEDDING = 4 * 3 * 77 * 64;

  it.each([
    ['the attention that is aimed at', {}, LATENT + MAPS + LEARNED],
    ['what is learned', { attentionLoss: false }, LATENT + LEARNED],
    ['an embedding', { method: 'nullText' }, LATENT + EMBEDDING],
  ] as const)('is part of the estimate: %s', async (_, options, bytes) => {
    expect(await perStep(options)).toBeCloseTo(bytes, -3);
  });

  it('is part of it when it is there already', async () => {
    const edit: Job = {
      kind: 'edit',
      work: {
        ...{ picture, source: 'a dog', target: 'a cat', edit: EditOptions.parse({}) },
        inversion: InversionOptions.parse({ mode: 'instant', steps: FEW }),
      },
    };
    const ownWith = async (count: number) => {
      const latents = Array.from({ length: count }, () => golden('vae')('latent'));
      const known = { ...workshop, store: { ...store, find: async () => ({ latents, learned: null }) } };
      return (await memoryNeed(known, edit, THRIFTS[0]!)).own;
    };
    expect((await ownWith(FEW + 1 + MORE)) - (await ownWith(FEW + 1))).toBe(MORE * LATENT);
  });

  it('counts the pictures at the size that they came in', async () => {
    const large = { width: 4096, height: 2048, rgb: new Uint8Array(3 * 4096 * 2048) };
    const ownOf = async (one: Picture) =>
      (await memoryNeed(workshop, invert({ mode: 'instant', size: 128 }, one), THRIFTS[0]!)).own;
    // Of one aspect, so the canvas is the same.
    const twice = { width: 8192, height: 4096, rgb: new Uint8Array(3 * 8192 * 4096) };
    expect((await ownOf(twice)) - (await ownOf(large))).toBe(9 * (8192 * 4096 - 4096 * 2048));
  });
});

describe('the budget', () => {
  it('spares nothing where it is large', async () => {
    await keepWithin(8e9, workshop, invert());
    expect(networks.thrift).toBe(THRIFTS[0]);
  });

  it('spares what it has to, and says so', async () => {
    const job = invert({ size: 256 });
    const least = await memoryNeed(workshop, job, THRIFTS[last]!);
    const said: string[] = [];
    await keepWithin(least.total + 1, workshop, job, ({ text }) => said.push(text));
    expect(networks.thrift).toMatchObject({ recompute: true });
    expect(said[0]).toContain('activations are computed twice');
    await keepWithin(8e9, workshop, job);
  });

  it('refuses what cannot fit, with a size and a mode that do', async () => {
    const job = invert({ size: 256 });
    const smaller = await memoryNeed(workshop, invert({ size: 64 }), THRIFTS[last]!);
    const refusal = await keepWithin(smaller.total + 5e6, workshop, job).catch((error) => error);
    expect(refusal).toBeInstanceOf(PalimpsestError);
    expect(refusal.code).toBe('MEMORY_SHORT');
    const [, size] = /size (\d+)/.exec(refusal.message)!;
    // What it names does fit.
    await keepWithin(smaller.total + 5e6, workshop, invert({ size: Number(size) }));
    expect(refusal.message).toContain('mode instant');
  });

  it('refuses an edit before anything is inverted', async () => {
    const edit: Job = {
      kind: 'edit',
      work: {
        picture,
        source: 'a dog on a carpet',
        target: 'a cat on a carpet',
        inversion: InversionOptions.parse({ steps: 3 }),
        edit: EditOptions.parse({}),
      },
    };
    await expect(keepWithin(1e6, workshop, edit)).rejects.toMatchObject({
      code: 'MEMORY_SHORT',
      message: expect.stringContaining('Nothing smaller fits'),
    });
    expect(store.save).not.toHaveBeenCalled();
  });
});

describe('an amount of memory', () => {
  it('is read with its unit', () => {
    expect(parseBudget('8GB')).toBe(8e9);
    expect(parseBudget('6.5 gib')).toBe(6.5 * 2 ** 30);
    expect(() => parseBudget('8')).toThrow(PalimpsestError);
    expect(() => parseBudget('0GB')).toThrow(PalimpsestError);
  });
});
