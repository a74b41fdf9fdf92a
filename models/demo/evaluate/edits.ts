/** @file Measure: edits of held-out scenes, judged by what was asked for and by what should have stayed. */

import { EditOptions, type InversionOptions } from '@palimpsest/protocol';
import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { psnr, ssim } from '../../../daemon/src/imaging/metrics.ts';
import { editPicture } from '../../../daemon/src/jobs/editJob.ts';
import type { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { fullCaption, STYLE_PHRASES } from '../world/captions.ts';
import { mixSeed, Random } from '../world/random.ts';
import { renderMasks } from '../world/render.ts';
import { changeObject, changeScene, type Scene } from '../world/scene.ts';
import { COLOURS, KINDS, STYLES } from '../world/vocabulary.ts';
import type { Judge } from './judge.ts';
import { ATTRIBUTES, heldOutScenes, isRight, pictureOf } from './scenes.ts';

export const EDIT_NAMES = ['replace', 'colour', 'style', 'reweight'] as const;
export type EditName = (typeof EDIT_NAMES)[number];

/** What an edit asks for: the prompt, the options, and the scene that it should lead to. */
export interface Wish {
  readonly target: string;
  readonly options: Partial<EditOptions>;
  readonly wanted: Scene;
}

export interface EditFigures {
  readonly count: number;
  /** Share of edits in which every attribute is as asked for. */
  readonly right: number;
  /** Share in which at least the asked-for attribute is. */
  readonly asked: number;
  /** Outside the object's true masks before and after, in dB; and SSIM there. */
  readonly psnrOutside: number;
  readonly ssimOutside: number;
}

/** The wish of an edit for a scene, or null where the scene has nothing to change in that way. */
export function wishFor(name: EditName, scene: Scene): Wish | null {
  const random = new Random(mixSeed(scene.seed, 7));
  const [object] = scene.objects;
  const other = <T>(all: readonly T[], own: T): T => random.pick(all.filter((value) => value !== own));
  if (name === 'style') {
    if (scene.style !== 'flat') return null;
    const style = other(STYLES, 'flat' as const);
    const target = `${STYLE_PHRASES[style][0]} ${fullCaption(scene)}`;
    return { target, options: {}, wanted: changeScene(scene, { style }) };
  }
  if (name === 'reweight') {
    if (object!.pattern === 'plain') return null;
    // The word stays in the prompt, and its attention is taken away.
    const options = { weights: [{ word: object!.pattern, weight: -2 }] };
    return { target: fullCaption(scene), options, wanted: changeObject(scene, 0, { pattern: 'plain' }) };
  }
  const taken = (key: 'kind' | 'colour') => scene.objects.map((o) => o[key]);
  const free = <T extends string>(all: readonly T[], used: readonly string[]) =>
    random.pick(all.filter((v) => !used.includes(v)));
  const change =
    name === 'replace' ? { kind: free(KINDS, taken('kind')) } : { colour: free(COLOURS, taken('colour')) };
  const wanted = changeObject(scene, 0, change);
  return { target: fullCaption(wanted), options: {}, wanted };
}

/** Which attribute an edit is about. */
export const ASKED = { replace: 'object', colour: 'colour', style: 'style', reweight: 'pattern' } as const;

export interface EditSettings {
  readonly inversion: InversionOptions;
  /** Options that all edits share, such as tau_u. */
  readonly edit: Partial<EditOptions>;
}

/** Figures of `count` edits of one kind; inversions are shared between kinds through the store. */
export async function measureEdits(
  model: StableDiffusion,
  store: InversionStore,
  judge: Judge,
  name: EditName,
  { inversion, edit }: EditSettings,
  count: number,
): Promise<EditFigures> {
  const sum = { right: 0, asked: 0, psnrOutside: 0, ssimOutside: 0 };
  let done = 0;
  for (const scene of heldOutScenes()) {
    if (done === count) break;
    const wish = wishFor(name, scene);
    if (wish === null) continue;
    done += 1;
    const picture = await pictureOf(scene);
    const { picture: edited } = await editPicture(model, store, {
      picture,
      source: fullCaption(scene),
      target: wish.target,
      inversion,
      edit: EditOptions.parse({ keep: 'nothing', ...edit, ...wish.options }),
    });
    const verdict = await judge.see(edited);
    sum.right += Number(ATTRIBUTES.every((attribute) => isRight(attribute, wish.wanted, verdict))) / count;
    sum.asked += Number(isRight(ASKED[name], wish.wanted, verdict)) / count;
    const outside = await outsideOf(scene, wish.wanted);
    sum.psnrOutside += psnr(picture, edited, outside) / count;
    sum.ssimOutside += ssim(picture, edited, outside) / count;
  }
  return { count, ...sum };
}

/** The pixels that belong to the edited object neither before nor after. */
export async function outsideOf(before: Scene, after: Scene): Promise<(pixel: number) => boolean> {
  const masks = await Promise.all([before, after].map(async (scene) => (await renderMasks(scene))[0]!));
  return (pixel) => masks.every((mask) => mask[pixel] === 0);
}
