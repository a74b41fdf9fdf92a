/** A model of Stable Diffusion 2's architecture: what differs from 1.x, end to end. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { ddimInversion } from '../../daemon/src/methods/ddimTrajectory.ts';
import { styleDiffusion } from '../../daemon/src/methods/styleDiffusion.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { relativeError } from '../golden.ts';
import { writeSd2Model } from '../sd2Model.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-sd2-'));
const networks = new Networks(null);
afterAll(async () => {
  await networks.dispose();
  rmSync(folder, { recursive: true });
});
const open = (prediction: 'epsilon' | 'v_prediction') => {
  const at = join(folder, prediction);
  writeSd2Model(at, { prediction });
  return new StableDiffusion(at, networks);
};
const model = open('v_prediction');
const latent = normalTensor([1, 4, 24, 16], uniformGenerator(7));

const allFinite = ({ data }: Tensor) => data.every(Number.isFinite);

describe('a model like Stable Diffusion 2', () => {
  it('pads prompts with its own token', () => {
    expect(model.tokenizer.padId).toBe(0);
    expect(model.tokenizer.encodePrompt('a cat').slice(0, 6)).toEqual([992, 320, 771, 993, 0, 0]);
  });

  it('encodes and decodes pictures with the attention names of newer VAEs', async () => {
    const z0 = await model.encodePicture(tensor([1, 3, 192, 128]));
    expect(z0.shape).toEqual([1, 4, 24, 16]);
    const picture = await model.decodeLatent(z0);
    expect(picture.shape).toEqual([1, 3, 192, 128]);
    expect(allFinite(picture)).toBe(true);
  });

  it('turns velocity into noise: sqrt(abar) v + sqrt(1 - abar) z', async () => {
    const keyContext = await model.encodePrompt('a cat');
    // The same weights under the other reading give the network's output as it is.
    const plain = open('epsilon');
    for (const timestep of [1, 441, 958]) {
      const velocity = await plain.unet.predictNoise({ latent, timestep, keyContext });
      const noise = await model.unet.predictNoise({ latent, timestep, keyContext });
      const alpha = model.schedule.alphasCumprod[timestep]!;
      const expected = velocity.data.map(
        (v, i) => Math.sqrt(alpha) * v + Math.sqrt(1 - alpha) * latent.data[i]!,
      );
      expect(relativeError(noise, tensor(latent.shape, expected))).toBeLessThan(1e-6);
    }
  });

  it('inverts a latent by DDIM and by StyleDiffusion', async () => {
    const keyContext = await model.encodePrompt('a cat');
    const trajectory = await ddimInversion(model, latent, 3, (current, timestep) =>
      model.unet.predictNoise({ latent: current, timestep, keyContext }),
    );
    expect(trajectory.every(allFinite)).toBe(true);

    const losses: number[] = [];
    const { tokens: imageTokens } = await model.encodeImageTokens(tensor([1, 3, 192, 128]));
    expect(imageTokens.shape).toEqual([1, 65, 48]);
    const { learned } = await styleDiffusion(
      model,
      {
        latent,
        imageTokens,
        prompt: keyContext,
        unconditional: await model.encodePrompt(''),
        options: {
          recipe: 'official',
          learn: 'values',
          steps: 2,
          guidance: 7.5,
          innerSteps: 8,
          earlyStopEpsilon: 0,
          attentionLoss: true,
          seed: 1,
        },
      },
      { onProgress: (progress) => progress.losses && losses.push(progress.losses.latent) },
    );
    expect(learned.shape).toEqual({ kind: 'scaleShift', imageTokens: 65, promptTokens: 77 });
    expect(losses[7]!).toBeLessThan(losses[0]!);
  });
});
