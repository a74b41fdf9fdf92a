/** Masks of words against the true ones of drawn scenes. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Grid, wordAlphas, wordMask } from '../../daemon/src/attention/localBlend.ts';
import { findWords } from '../../daemon/src/attention/words.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { toTensor } from '../../daemon/src/imaging/pixels.ts';
import { predictWithMaps } from '../../daemon/src/methods/attentionTargets.ts';
import { fineAttention } from '../../daemon/src/methods/fineAttention.ts';
import { quarterGrid } from '../../daemon/src/methods/latentGrid.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { stack, type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { heldOutScenes, pictureOf } from '../../models/demo/evaluate/scenes.ts';
import { fullCaption } from '../../models/demo/world/captions.ts';
import { renderMasks } from '../../models/demo/world/render.ts';
import { PICTURE_SIDE } from '../../models/demo/world/scene.ts';

const SCENES = 12;
const TIMESTEP = 300;
const THRESHOLD = 0.3;

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-words-'));
const networks = new Networks(folder);
const model = new StableDiffusion('models/demo/model', networks);
afterAll(async () => {
  await networks.dispose();
  rmSync(folder, { recursive: true });
});

/** Intersection over union of an object's true mask with that of its word. */
function agreement(
  truth: Uint8Array,
  maps: Tensor,
  grid: Grid,
  token: readonly number[],
  manner: 'exact' | 'official',
) {
  const length = maps.shape.at(-1)!;
  const both = { maps: stack([maps, maps]), grid };
  const size = { height: PICTURE_SIDE, width: PICTURE_SIDE };
  const mask = wordMask(both, wordAlphas(token, token, length), size, THRESHOLD, false, manner);
  let [shared, all] = [0, 0];
  for (const [i, inside] of truth.entries()) {
    shared += Number(inside === 1 && mask.data[i] === 1);
    all += Number(inside === 1 || mask.data[i] === 1);
  }
  return shared / all;
}

/** Maps of several sites [1, heads, places, tokens] as their mean, [1, places, tokens]. */
function mean(maps: readonly Tensor[]): Tensor {
  const [, heads = 0, places = 0, tokens = 0] = maps[0]!.shape;
  const data = new Float32Array(places * tokens);
  for (const map of maps)
    for (const [i, value] of map.data.entries()) data[i % data.length]! += value / heads / maps.length;
  return tensor([1, places, tokens], data);
}

describe("the mask of an object's word", () => {
  it('covers the object, which the official rule does not at this size', async () => {
    const sums = { fine: 0, official: 0, objects: 0 };
    let seen = 0;
    for (const scene of heldOutScenes()) {
      if (seen++ === SCENES) break;
      const caption = fullCaption(scene);
      const latent = await model.encodePicture(toTensor(await pictureOf(scene)));
      const noise = normalTensor(latent.shape, uniformGenerator(0));
      const request = {
        latent: model.schedule.addNoise(latent, noise, TIMESTEP),
        timestep: TIMESTEP,
        keyContext: await model.encodePrompt(caption),
      };
      const fine = await fineAttention(model, request);
      const [, height = 0, width = 0, tokens = 0] = fine.shape;
      const quarter = mean((await predictWithMaps(model, request)).maps);
      const masks = await renderMasks(scene);
      for (const [i, { kind }] of scene.objects.entries()) {
        const word = findWords(model.tokenizer, caption, kind);
        const flat = tensor([1, height * width, tokens], fine.data);
        sums.fine += agreement(masks[i]!, flat, { height, width }, word, 'exact');
        sums.official += agreement(masks[i]!, quarter, quarterGrid(latent.shape), word, 'official');
        sums.objects += 1;
      }
    }
    expect(sums.fine / sums.objects).toBeGreaterThan(0.6);
    expect(sums.official / sums.objects).toBeLessThan(0.3);
  });
});
