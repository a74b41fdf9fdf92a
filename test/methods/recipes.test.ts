/** The two recipes: the constants of the code and of the paper, and that both learn. */

import { InversionOptions } from '@palimpsest/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { resolveFor } from '../../daemon/src/methods/inversions.ts';
import { RECIPES } from '../../daemon/src/methods/recipes.ts';
import { styleDiffusion } from '../../daemon/src/methods/styleDiffusion.ts';
import type { Losses } from '../../daemon/src/methods/watch.ts';
import { initialParameters, parameterCount } from '../../daemon/src/networks/mappingNetwork.ts';
import { uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { golden, MODEL } from '../golden.ts';

const DEFAULTS = resolveFor('styleDiffusion', InversionOptions.parse({}));
const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
afterAll(() => networks.dispose());

describe('the official recipe', () => {
  const { iterations, learningRate, stopBelow } = RECIPES.official;
  it('takes 100, 91, 82, ... iterations, about a thousand in all', () => {
    const counts = Array.from({ length: 30 }, (_, i) => iterations(i, 100));
    expect(counts.slice(0, 10)).toEqual([100, 91, 82, 75, 68, 61, 55, 50, 45, 41]);
    expect(counts.at(-1)).toBe(6);
    expect(counts.reduce((sum, n) => sum + n)).toBe(1015);
  });

  it('lowers the learning rate and raises the bar with each timestep', () => {
    expect([0, 1, 5].map(learningRate)).toEqual([0.01, 0.0099, 0.0095]);
    expect(stopBelow(2, 1e-5)).toBeCloseTo(5e-5, 12);
  });
});

describe('the paper recipe', () => {
  it('takes e^-t K iterations at a constant rate', () => {
    const { iterations, learningRate } = RECIPES.paper;
    expect([0, 1, 2, 20].map((i) => iterations(i, 100))).toEqual([100, 37, 14, 1]);
    expect(learningRate()).toBe(1e-4);
  });

  it('starts from N(0, 0.01)', () => {
    const shape = { kind: 'direct', imageTokens: 197, promptTokens: 77 } as const;
    const weights = initialParameters(shape, 'gaussian', uniformGenerator(1)).subarray(0, 77 * 197);
    const deviation = Math.sqrt(weights.reduce((sum, x) => sum + x * x, 0) / weights.length);
    expect(deviation).toBeCloseTo(0.01, 3);
    expect(parameterCount(shape)).toBe(77 * 197 + 77 + 2 * (77 * 77 + 77) + 2 * 77);
  });
});

describe.each(['official', 'paper'] as const)('the %s recipe', (recipe) => {
  it('learns: the loss falls', async () => {
    const losses: Losses[] = [];
    const picture = golden('image_encoder')('image_pm1');
    await styleDiffusion(
      model,
      {
        latent: golden('vae')('latent'),
        imageTokens: (await model.encodeImageTokens(picture)).tokens,
        prompt: await model.encodePrompt('a black and white dog'),
        unconditional: await model.encodePrompt(''),
        options: { ...DEFAULTS, recipe, steps: 1, innerSteps: 12 },
      },
      { onProgress: ({ losses: found }) => found && losses.push(found) },
    );
    expect(losses).toHaveLength(12);
    expect(losses.at(-1)!.latent).toBeLessThan(losses[0]!.latent);
  });
});
