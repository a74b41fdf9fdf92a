/** @file The scenes of a measure: held out of the training, with what the judge should see in them. */

import type { Picture } from '../../../daemon/src/imaging/picture.ts';
import { renderScene } from '../world/render.ts';
import { HELD_OUT_EVERY, PICTURE_SIDE, type Scene, sampleScene } from '../world/scene.ts';
import type { Verdict } from './judge.ts';

/** Far beyond the seeds of any training run; the residue still marks them as held out. */
const FIRST_SEED = 50_000_000;

/** Held-out scenes without end. */
export function* heldOutScenes(): Generator<Scene, never> {
  for (let seed = FIRST_SEED; ; seed += HELD_OUT_EVERY) yield sampleScene(seed);
}

/** A scene as the picture that a user would have, `scale` times the model's size. */
export async function pictureOf(scene: Scene, scale = 1): Promise<Picture> {
  const side = PICTURE_SIDE * scale;
  return { width: side, height: side, rgb: new Uint8Array(await renderScene(scene, scale)) };
}

export type Attribute = 'object' | 'colour' | 'pattern' | 'setting' | 'style';
export const ATTRIBUTES: readonly Attribute[] = ['object', 'colour', 'pattern', 'setting', 'style'];

const OUTPUT_OF = { object: 'kind', colour: 'colour', pattern: 'pattern' } as const;

/** Whether the judge sees an attribute of a scene; those of two objects count in either order. */
export function isRight(attribute: Attribute, scene: Scene, verdict: Verdict): boolean {
  if (attribute === 'setting' || attribute === 'style') return verdict[attribute] === scene[attribute];
  const output = OUTPUT_OF[attribute];
  const wanted = scene.objects.map((object) => object[output]);
  const seen = wanted.map((_, i) => verdict[`${output}${i + 1}`]);
  return wanted.sort().join() === seen.sort().join();
}
