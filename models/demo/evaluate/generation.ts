/** @file Measure: drawing pictures from captions. */

import { GenerateOptions } from '@palimpsest/protocol';
import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { generatePicture } from '../../../daemon/src/jobs/generateJob.ts';
import { fullCaption } from '../world/captions.ts';
import type { Judge } from './judge.ts';
import { ATTRIBUTES, type Attribute, heldOutScenes, isRight } from './scenes.ts';

/** Share of `count` pictures, drawn from captions of held-out scenes, in which each attribute is right. */
export async function measureGeneration(
  model: StableDiffusion,
  judge: Judge,
  count: number,
): Promise<Record<Attribute, number>> {
  const right = Object.fromEntries(ATTRIBUTES.map((name) => [name, 0])) as Record<Attribute, number>;
  let seed = 0;
  for (const scene of heldOutScenes()) {
    if (seed === count) break;
    const picture = await generatePicture(model, fullCaption(scene), GenerateOptions.parse({ seed: seed++ }));
    const verdict = await judge.see(picture);
    for (const name of ATTRIBUTES) right[name] += Number(isRight(name, scene, verdict)) / count;
  }
  return right;
}
