/** @file Measure: whether the word of an object looks at the object. */

import { findWords } from '../../../daemon/src/attention/words.ts';
import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import type { Value } from '../../../daemon/src/graph/graph.ts';
import { attend, attentionMap, fusedAttention } from '../../../daemon/src/graph/ops/attention.ts';
import { reduceMean } from '../../../daemon/src/graph/ops/mean.ts';
import { toTensor } from '../../../daemon/src/imaging/pixels.ts';
import { ddimInversion } from '../../../daemon/src/methods/ddimTrajectory.ts';
import type { UNetVariant } from '../../../daemon/src/networks/denoiser.ts';
import { fullCaption } from '../world/captions.ts';
import { renderMasks } from '../world/render.ts';
import { PICTURE_SIDE, type Scene } from '../world/scene.ts';
import { heldOutScenes, pictureOf } from './scenes.ts';

const STEPS = 10;

/** All cross-attention maps of one resolution, averaged over heads: `map0`, `map1`, ... of [1, 1, queries, tokens]. */
const mapsOfSide = (side: number): UNetVariant => ({
  name: 'demo/maps',
  options: side,
  build: ({ latent }, predict) => {
    const maps: Value[] = [];
    const noise = predict((site, q, k, v) => {
      if (site.kind === 'self' || site.height !== side) return fusedAttention(q, k, v, site.heads);
      const map = attentionMap(q, k, site.heads);
      maps.push(reduceMean(map, [1]));
      return attend(map, v);
    });
    latent.graph.output('noise', noise);
    for (const [i, map] of maps.entries()) latent.graph.output(`map${i}`, map);
  },
});

/** Share of objects whose word's map, averaged over layers, heads and an inversion's steps, peaks inside the object. */
export async function measureAttention(model: StableDiffusion, count: number): Promise<number> {
  let inside = 0;
  let objects = 0;
  for (const scene of heldOutScenes()) {
    if (objects >= count) break;
    const maps = await wordMaps(model, scene);
    const masks = await renderMasks(scene);
    for (const [i, map] of maps.entries()) {
      const side = Math.sqrt(map.length);
      const peak = map.indexOf(Math.max(...map));
      const centre = (cell: number) => Math.floor(((cell + 0.5) * PICTURE_SIDE) / side);
      inside += masks[i]![centre(Math.floor(peak / side)) * PICTURE_SIDE + centre(peak % side)]!;
      objects += 1;
    }
  }
  return inside / objects;
}

/** For each object of a scene, the attention to its word over a grid of half the latent's side. */
async function wordMaps(model: StableDiffusion, scene: Scene): Promise<number[][]> {
  const caption = fullCaption(scene);
  const keyContext = await model.encodePrompt(caption);
  const latent = await model.encodePicture(toTensor(await pictureOf(scene)));
  const { session } = await model.unet.load(mapsOfSide(latent.shape[2]! / 2), latent.shape);
  const tokens = scene.objects.map(({ kind }) => findWords(model.tokenizer, caption, kind));
  const sums = scene.objects.map((): number[] => []);
  await ddimInversion(model, latent, STEPS, async (current, timestep) => {
    const { noise, ...maps } = await session.run(model.unet.feeds({ latent: current, timestep, keyContext }));
    for (const { shape, data } of Object.values(maps)) {
      const [, , queries = 0, width = 0] = shape;
      for (const [i, positions] of tokens.entries()) {
        for (let query = 0; query < queries; query++) {
          const attention = positions.reduce((sum, token) => sum + data[query * width + token]!, 0);
          sums[i]![query] = (sums[i]![query] ?? 0) + attention;
        }
      }
    }
    return noise!;
  });
  return sums;
}
