/** @file Style transfer, measured: the style that the judge sees in the result, and what stays of the content. */

import { InversionOptions, StyleOptions } from '@palimpsest/protocol';
import { z } from 'zod';
import { psnr } from '../../../daemon/src/imaging/metrics.ts';
import type { Picture } from '../../../daemon/src/imaging/picture.ts';
import { stylePicture } from '../../../daemon/src/jobs/styleJob.ts';
import { heldOutScenes, isRight, pictureOf } from '../evaluate/scenes.ts';
import { fullCaption } from '../world/captions.ts';
import { changeScene, type Scene } from '../world/scene.ts';
import { STYLES } from '../world/vocabulary.ts';
import type { StyleCell } from './cells.ts';
import type { Bench, Settings } from './measure.ts';
import { structureDistance } from './structure.ts';

/** A content and a picture whose style it is to get. */
export interface Pair {
  readonly content: Scene;
  readonly style: Scene;
}

/** What was measured of one transfer. */
export const StyleRecord = z.object({
  /** Whether the judge sees the style picture's style, and the content's kinds of objects, their colours, its setting. */
  style: z.boolean(),
  object: z.boolean(),
  colour: z.boolean(),
  setting: z.boolean(),
  /** From the content to the result, and to the style picture for comparison. */
  structure: z.number(),
  structureOfStyle: z.number(),
  /** Of the result and the content as the world draws it in that style, in dB. */
  psnr: z.number(),
});
export type StyleRecord = z.infer<typeof StyleRecord>;

/** Pairs of held-out scenes without end: a flat one, and one in each of the other styles in turns. */
export function* stylePairs(): Generator<Pair, never> {
  const scenes = heldOutScenes();
  const styles = STYLES.filter((name) => name !== 'flat');
  for (let turn = 0; ; turn++) {
    yield {
      content: changeScene(scenes.next().value, { style: 'flat' }),
      style: changeScene(scenes.next().value, { style: styles[turn % styles.length]! }),
    };
  }
}

/** One transfer. */
export async function transfer(
  { model, store }: Pick<Bench, 'model' | 'store'>,
  pair: Pair,
  { options }: Pick<StyleCell, 'options'>,
  settings: Settings,
): Promise<{ content: Picture; style: Picture; result: Picture }> {
  const pictures = { content: await pictureOf(pair.content), style: await pictureOf(pair.style) };
  const styled = await stylePicture(model, store, {
    ...pictures,
    source: fullCaption(pair.content),
    styleSource: fullCaption(pair.style),
    inversion: InversionOptions.parse(settings),
    options: StyleOptions.parse(options),
  });
  return { ...pictures, result: styled.picture };
}

/** Measures one transfer. */
export async function measureTransfer(
  bench: Bench,
  cell: StyleCell,
  settings: Settings,
  pair: Pair,
): Promise<StyleRecord> {
  const { content, style, result } = await transfer(bench, pair, cell, settings);
  const wanted = changeScene(pair.content, { style: pair.style.style });
  const verdict = await bench.judge.see(result);
  return {
    style: isRight('style', wanted, verdict),
    object: isRight('object', wanted, verdict),
    colour: isRight('colour', wanted, verdict),
    setting: isRight('setting', wanted, verdict),
    structure: structureDistance(content, result),
    structureOfStyle: structureDistance(content, style),
    psnr: psnr(await pictureOf(wanted), result),
  };
}
