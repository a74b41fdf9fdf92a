/** @file Measure: what the judge says of pictures that nobody edited. No edit can be judged better than that. */

import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import type { Picture } from '../../../daemon/src/imaging/picture.ts';
import { fromTensor, toTensor } from '../../../daemon/src/imaging/pixels.ts';
import type { Judge } from './judge.ts';
import { ATTRIBUTES, heldOutScenes, isRight, pictureOf } from './scenes.ts';

export interface JudgeBounds {
  /** Share of the drawn pictures in which the judge has every attribute right. */
  readonly drawn: number;
  /** The same after the VAE has encoded and decoded them. */
  readonly decoded: number;
}

/** Both bounds over `count` held-out scenes. */
export async function measureJudge(
  model: StableDiffusion,
  judge: Judge,
  count: number,
): Promise<JudgeBounds> {
  const right = { drawn: 0, decoded: 0 };
  let done = 0;
  for (const scene of heldOutScenes()) {
    if (done++ === count) break;
    const picture = await pictureOf(scene);
    const latent = await model.encodePicture(toTensor(picture));
    const decoded = fromTensor(await model.decodeLatent(latent), { round: true });
    const allRight = async (seen: Picture) => {
      const verdict = await judge.see(seen);
      return Number(ATTRIBUTES.every((attribute) => isRight(attribute, scene, verdict)));
    };
    right.drawn += (await allRight(picture)) / count;
    right.decoded += (await allRight(decoded)) / count;
  }
  return right;
}
