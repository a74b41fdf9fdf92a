/** DDIM inversion, sampling and SDEdit against the golden trajectories. */

import { afterAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { ddimInversion, ddimSampling, promptContexts } from '../../daemon/src/methods/ddimTrajectory.ts';
import { sdedit } from '../../daemon/src/methods/sdedit.ts';
import { textToImage } from '../../daemon/src/methods/textToImage.ts';
import { row, stack } from '../../daemon/src/tensor/tensor.ts';
import { golden, MODEL, relativeError } from '../golden.ts';

const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
afterAll(() => networks.dispose());

const SOURCE = 'a black and white dog playing with a red ball on a carpet';
const TARGET = 'a black and white tiger playing with a red ball on a carpet';

describe('DDIM', () => {
  const steps = 10;
  it('inverts a latent with the conditional prediction', async () => {
    const file = golden('ddim');
    const keyContext = await model.encodePrompt(SOURCE);
    const latents = await ddimInversion(model, file('latent'), steps, (latent, timestep) =>
      model.unet.predictNoise({ latent, timestep, keyContext }),
    );
    expect(relativeError(stack(latents), file('T10/inversion'))).toBeLessThan(5e-5);
  });

  it.each([
    ['T10/resample_w1', SOURCE, 1],
    ['T10/resample_w7.5', SOURCE, 7.5],
    ['T10/word_swap_w7.5', TARGET, 7.5],
  ])('samples %s', async (name, prompt, guidance) => {
    const file = golden('ddim');
    const start = row(file('T10/inversion'), steps);
    const [conditional, unconditional] = [await model.encodePrompt(prompt), await model.encodePrompt('')];
    const latents = await ddimSampling(model, {
      latent: start,
      contexts: promptContexts(conditional, unconditional),
      steps,
      guidance,
    });
    expect(relativeError(stack([start, ...latents]), file(name))).toBeLessThan(5e-4);
  });
});

describe('SDEdit', () => {
  it.each([0.4, 0.75])('starts at strength %d', async (strength) => {
    const file = golden('sdedit');
    const [conditional, unconditional] = [await model.encodePrompt(TARGET), await model.encodePrompt('')];
    const request = {
      latent: file('latent'),
      noise: file('noise'),
      contexts: promptContexts(conditional, unconditional),
      steps: 10,
      guidance: 7.5,
    };
    const { noised, latents } = await sdedit(model, { ...request, strength });
    expect(relativeError(noised, file(`s${strength}/noised`))).toBeLessThan(2e-5);
    expect(relativeError(stack(latents), file(`s${strength}/latents`))).toBeLessThan(5e-4);
  });
});

describe('text to image', () => {
  it('draws the same picture from the same seed, of any size the model takes', async () => {
    const request = {
      prompt: 'a cat',
      negativePrompt: '',
      width: 192,
      height: 64,
      steps: 2,
      guidance: 7.5,
      seed: 5,
    };
    const [first, again, other] = [
      await textToImage(model, request),
      await textToImage(model, request),
      await textToImage(model, { ...request, seed: 6 }),
    ];
    expect(first.shape).toEqual([1, 3, 64, 192]);
    expect(again.data).toEqual(first.data);
    expect(other.data).not.toEqual(first.data);
  });
});
