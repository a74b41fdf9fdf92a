/** The UNet in half precision beside single precision: prediction, gradients, a whole edit. Each operator's result is rounded. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import type { Results } from '../../daemon/src/execution/session.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { psnr } from '../../daemon/src/imaging/metrics.ts';
import { decodePicture, type Picture } from '../../daemon/src/imaging/picture.ts';
import { editInArea } from '../../daemon/src/jobs/editArea.ts';
import type { EditWork } from '../../daemon/src/jobs/editJob.ts';
import { stepFeeds, targetMapFeeds } from '../../daemon/src/methods/innerIteration.ts';
import { demoModelFolder } from '../../daemon/src/settings/paths.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { valueGradients } from '../../parity/src/lossGradients.ts';
import { GOLDEN, golden, MODEL, relativeError } from '../golden.ts';
import { RoundedNetworks } from './roundedNetworks.ts';

const EXAMPLE = join(import.meta.dirname, '../../plugins/page/src/examples/ball.png');

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-half-'));
const networks = { fp32: new Networks(null), fp16: new RoundedNetworks() };
const models = {
  fp32: new StableDiffusion(MODEL, networks.fp32),
  fp16: new StableDiffusion(MODEL, networks.fp16),
};
const store = new InversionStore(folder);
afterAll(async () => {
  await networks.fp32.dispose();
  await networks.fp16.dispose();
  rmSync(folder, { recursive: true });
});

/** The cosine of the angle between two gradients, seen as vectors. */
function cosine({ data: a }: Tensor, { data: b }: Tensor): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** One edit of the picture in a file, with whatever model. */
async function editsOf(
  path: string,
  request: Omit<EditWork, 'picture'>,
): Promise<(model: StableDiffusion) => Promise<Picture>> {
  const picture = await decodePicture(path);
  return async (model) => (await editInArea(model, store, { picture, ...request })).picture;
}

describe('half precision', () => {
  it('predicts the noise to three digits, and not the same', async () => {
    const read = golden('unet');
    const [latent, keyContext] = [read('latents'), read('context')].map((all) =>
      tensor([1, ...all.shape.slice(1)], all.data.subarray(0, all.data.length / all.shape[0]!)),
    );
    const predict = (model: StableDiffusion) =>
      model.unet.predictNoise({ latent: latent!, timestep: 441, keyContext: keyContext! });
    const error = relativeError(await predict(models.fp16), await predict(models.fp32));
    expect(error).toBeLessThan(5e-3);
    expect(error).toBeGreaterThan(1e-5);
  });

  it('gives gradients in the same direction: the scaled loss keeps them from underflow', async () => {
    const latent = tensor([1, 4, 16, 16], golden('unet')('latents').data.subarray(0, 1024));
    const gradients = async (model: StableDiffusion): Promise<Results> => {
      const { session } = await model.unet.load(valueGradients(5), latent.shape);
      const keyContext = await model.encodePrompt('a dog');
      const maps = [1, 2, 3, 4, 5].map(() =>
        tensor([1, 4, 16, 77], new Float32Array(4 * 16 * 77).fill(1 / 77)),
      );
      return session.run({
        ...model.unet.feeds({ latent, timestep: 441, keyContext }),
        ...stepFeeds({
          noiseUncond: tensor(latent.shape),
          target: latent,
          step: model.schedule.towardsPicture(441, 10),
          guidance: 7.5,
        }),
        ...targetMapFeeds(maps),
      });
    };
    const [half, single] = [await gradients(models.fp16), await gradients(models.fp32)];
    for (const name of ['grad_latent_loss', 'grad_attn_loss', 'grad_total']) {
      expect(cosine(half[name]!, single[name]!), name).toBeGreaterThan(0.999);
      expect(relativeError(half[name]!, single[name]!), name).toBeLessThan(5e-2);
    }
    expect(relativeError(half.latent_loss!, single.latent_loss!)).toBeLessThan(2e-3);
  });

  it('edits an inversion to the same picture', async () => {
    const edit = await editsOf(join(GOLDEN, 'image.png'), {
      source: 'a dog on a carpet',
      target: 'a tiger on a carpet',
      inversion: InversionOptions.parse({ method: 'direct', steps: 6 }),
      edit: EditOptions.parse({}),
    });
    expect(psnr(await edit(models.fp32), await edit(models.fp16))).toBeGreaterThan(40);
  });

  it('edits by a gradient whose loss is a sum, which a scale would take out of range', async () => {
    const edit = await editsOf(EXAMPLE, {
      source: 'a striped red ball on a meadow',
      target: 'a striped red star on a meadow',
      inversion: InversionOptions.parse({ method: 'ddim', steps: 6 }),
      edit: EditOptions.parse({ editor: 'pix2pixZero' }),
    });
    const demo = (networks: Networks) => edit(new StableDiffusion(demoModelFolder(), networks));
    expect(psnr(await demo(networks.fp32), await demo(networks.fp16))).toBeGreaterThan(20);
  });
});
