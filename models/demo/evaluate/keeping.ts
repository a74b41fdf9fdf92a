/** @file Measure: how much of a large picture stays as it was when a part of it is edited, without any mask. */

import { EditOptions, type InversionOptions } from '@palimpsest/protocol';
import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { resizeBicubic } from '../../../daemon/src/imaging/bicubic.ts';
import { psnr } from '../../../daemon/src/imaging/metrics.ts';
import type { Picture } from '../../../daemon/src/imaging/picture.ts';
import { editPicture } from '../../../daemon/src/jobs/editJob.ts';
import type { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { fullCaption } from '../world/captions.ts';
import { renderMasks } from '../world/render.ts';
import { PICTURE_SIDE, type Scene } from '../world/scene.ts';
import { ASKED, type EditName, wishFor } from './edits.ts';
import type { Judge } from './judge.ts';
import { ATTRIBUTES, heldOutScenes, isRight, pictureOf } from './scenes.ts';

/** Pictures are drawn at 1024 pixels a side. */
const SCALE = 8;

export interface KeepingFigures {
  /** Share of the pixels outside the object's true masks, before and after, that are the original's bit for bit. */
  readonly identical: number;
  /** There, in dB; where all are identical 60. */
  readonly psnrOutside: number;
  /** Share of the edits in which what was asked for is there, and in which all is right. */
  readonly asked: number;
  readonly right: number;
}

/** Figures of `count` edits of one kind, by what is kept. */
export async function measureKeeping(
  model: StableDiffusion,
  store: InversionStore,
  judge: Judge,
  name: EditName,
  inversion: InversionOptions,
  count: number,
): Promise<Record<EditOptions['keep'], KeepingFigures>> {
  const figures = { nothing: noFigures(), original: noFigures() };
  let done = 0;
  for (const scene of heldOutScenes()) {
    if (done === count) break;
    const wish = wishFor(name, scene);
    if (wish === null) continue;
    done += 1;
    const picture = await pictureOf(scene, SCALE);
    const outside = await outsideOf([scene, wish.wanted]);
    for (const keep of ['nothing', 'original'] as const) {
      const { picture: edited } = await editPicture(model, store, {
        picture,
        source: fullCaption(scene),
        target: wish.target,
        inversion,
        edit: EditOptions.parse({ ...wish.options, keep }),
      });
      const verdict = await judge.see(atModelSize(edited));
      const sum = figures[keep];
      sum.identical += identicalShare(picture, edited, outside) / count;
      sum.psnrOutside += Math.min(60, psnr(picture, edited, outside)) / count;
      sum.asked += Number(isRight(ASKED[name], wish.wanted, verdict)) / count;
      sum.right += Number(ATTRIBUTES.every((attribute) => isRight(attribute, wish.wanted, verdict))) / count;
    }
  }
  return figures;
}

const noFigures = () => ({ identical: 0, psnrOutside: 0, asked: 0, right: 0 });

/** The pixels of the large pictures that belong to the first object in none of the scenes. */
async function outsideOf(scenes: readonly Scene[]): Promise<(pixel: number) => boolean> {
  const masks = await Promise.all(scenes.map(async (scene) => (await renderMasks(scene, SCALE))[0]!));
  return (pixel) => masks.every((mask) => mask[pixel] === 0);
}

function identicalShare(a: Picture, b: Picture, counted: (pixel: number) => boolean): number {
  let [same, all] = [0, 0];
  for (let pixel = 0; pixel < a.width * a.height; pixel++) {
    if (!counted(pixel)) continue;
    all += 1;
    same += Number([0, 1, 2].every((c) => a.rgb[3 * pixel + c] === b.rgb[3 * pixel + c]));
  }
  return same / all;
}

/** What the judge takes. */
function atModelSize({ width, height, rgb }: Picture): Picture {
  const { data } = resizeBicubic({ width, height, channels: 3, data: rgb }, PICTURE_SIDE, PICTURE_SIDE);
  return { width: PICTURE_SIDE, height: PICTURE_SIDE, rgb: data };
}
