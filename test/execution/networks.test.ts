/** Each network against the golden tensors, at the tolerances of the golden README. */

import { afterAll, describe, expect, it } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { row, type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { golden, MODEL, relativeError } from '../golden.ts';

const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
afterAll(() => networks.dispose());

const TOLERANCE = 2e-5;

describe('text encoder', () => {
  it('embeds the golden prompts', async () => {
    const file = golden('text_encoder');
    const ids = file('input_ids');
    const rows = Array.from({ length: ids.shape[0]! }, (_, i) => [...row(ids, i).data]);
    expect(relativeError(await model.encodeTokens(rows), file('last_hidden_state'))).toBeLessThan(TOLERANCE);
  });
});

describe('networks that are given back after use', () => {
  it('serve those who ask at the same time before', async () => {
    const sparing = new Networks(null);
    sparing.thrift = { ...sparing.thrift, releaseAfterUse: true };
    const prompts = ['a cat', 'a dog', ''];
    const embed = (from: StableDiffusion) => Promise.all(prompts.map((prompt) => from.encodePrompt(prompt)));
    expect(await embed(new StableDiffusion(MODEL, sparing))).toEqual(await embed(model));
    await sparing.dispose();
  });
});

describe('image encoder', () => {
  it('preprocesses without antialiasing and returns all tokens through the last norm', async () => {
    const file = golden('image_encoder');
    const { tokens, preprocessed } = await model.encodeImageTokens(file('image_pm1'));
    expect(relativeError(preprocessed, file('preprocessed'))).toBeLessThan(TOLERANCE);
    expect(relativeError(tokens, file('tokens'))).toBeLessThan(TOLERANCE);
  });

  it.each(['across', 'down'])('sees of a picture that is long %s its middle alone', async (direction) => {
    const [long, short] = [LONGEST, 128].map((length) =>
      stripes(direction === 'across' ? [16, length] : [length, 16], length / 2),
    );
    const [ofLong, ofShort] = [await model.encodeImageTokens(long!), await model.encodeImageTokens(short!)];
    // The ratio of the sizes, rounded to float32, moves the middle of a long picture by a hair.
    expect(relativeError(ofLong.preprocessed, ofShort.preprocessed)).toBeLessThan(1e-3);
    expect(relativeError(ofLong.tokens, ofShort.tokens)).toBeLessThan(1e-3);
  });
});

/** The longest side that the daemon takes, in pixels. */
const LONGEST = 16_384;

/** A picture [1, 3, h, w] that differs from place to place, and is the same as another around its centre. */
function stripes([height, width]: readonly number[], centre: number): Tensor {
  const picture = tensor([1, 3, height!, width!]);
  for (let i = 0; i < picture.data.length; i++) {
    const [x, y] = [i % width!, Math.floor(i / width!) % height!];
    picture.data[i] = Math.sin(0.7 * (Math.max(x, y) - centre) + 0.3 * Math.min(x, y));
  }
  return picture;
}

describe('autoencoder', () => {
  it('encodes to moments and latent', async () => {
    const file = golden('vae');
    expect(relativeError(await model.encodeMoments(file('image_pm1')), file('moments'))).toBeLessThan(
      TOLERANCE,
    );
    expect(relativeError(await model.encodePicture(file('image_pm1')), file('latent'))).toBeLessThan(
      TOLERANCE,
    );
  });

  it.each([
    ['latent', 'decoded'],
    ['latent_random', 'decoded_random'],
  ])('decodes %s', async (latent, decoded) => {
    const file = golden('vae');
    expect(relativeError(await model.decodeLatent(file(latent)), file(decoded))).toBeLessThan(TOLERANCE);
  });

  it('takes pictures that are not square', async () => {
    const moments = await model.encodeMoments(tensor([1, 3, 64, 192]));
    expect(moments.shape).toEqual([1, 8, 8, 24]);
    const latent = tensor([1, 4, 8, 24]);
    expect((await model.decodeLatent(latent)).shape).toEqual([1, 3, 64, 192]);
  });
});

describe('UNet', () => {
  it.each([1, 441, 958])('predicts the noise at timestep %i', async (timestep) => {
    const file = golden('unet');
    const noise = await model.unet.predictNoise({
      latent: file('latents'),
      timestep,
      keyContext: file('context'),
    });
    expect(relativeError(noise, file(`eps_t${timestep}`))).toBeLessThan(TOLERANCE);
  });

  it('takes the values of cross-attention from a context of their own', async () => {
    const file = golden('unet');
    const noise = await model.unet.predictNoise({
      latent: row(file('latents'), 1),
      timestep: 441,
      keyContext: row(file('context'), 1),
      valueContext: file('value_context'),
    });
    expect(relativeError(noise, file('eps_t441_value_context'))).toBeLessThan(TOLERANCE);
  });

  it('takes latents that are not square, and says which sizes it does not take', async () => {
    const keyContext = row(golden('unet')('context'), 0);
    const noise = await model.unet.predictNoise({ latent: tensor([1, 4, 8, 24]), timestep: 1, keyContext });
    expect(noise.shape).toEqual([1, 4, 8, 24]);
    const odd = model.unet.predictNoise({ latent: tensor([1, 4, 8, 12]), timestep: 1, keyContext });
    await expect(odd).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});
