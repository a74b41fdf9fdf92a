/** @file Style transfer's figures: the style that the judge sees in the result, and the layout that stays. */

import { InversionOptions, StyleOptions } from '@palimpsest/protocol';
import { z } from 'zod';
import type { Picture } from '../../../daemon/src/imaging/picture.ts';
import { stylePicture } from '../../../daemon/src/jobs/styleJob.ts';
import { heldOutScenes, pictureOf } from '../evaluate/scenes.ts';
import { fullCaption } from '../world/captions.ts';
import { changeScene, type Scene } from '../world/scene.ts';
import { STYLES } from '../world/vocabulary.ts';
import type { Bench, Settings } from './measure.ts';
import { structureDistance } from './structure.ts';

export const StyleFigures = z.object({
  pairs: z.number(),
  /** Shares of the results in which the judge sees the style picture's style, and the content's setting. */
  style: z.number(),
  setting: z.number(),
  /** From the content to the result, and to the style picture for comparison. */
  structure: z.number(),
  structureOfStyle: z.number(),
});
export type StyleFigures = z.infer<typeof StyleFigures>;

/** One transfer: a flat scene in the style of another scene. */
export async function transfer(
  { model, store }: Pick<Bench, 'model' | 'store'>,
  content: Scene,
  style: Scene,
  settings: Settings,
): Promise<{ content: Picture; style: Picture; result: Picture }> {
  const pictures = { content: await pictureOf(content), style: await pictureOf(style) };
  const styled = await stylePicture(model, store, {
    ...pictures,
    source: fullCaption(content),
    styleSource: fullCaption(style),
    inversion: InversionOptions.parse(settings),
    options: StyleOptions.parse({}),
  });
  return { ...pictures, result: styled.picture };
}

/** Means over pairs of held-out scenes, the styles taking turns. */
export async function measureStyle(bench: Bench, settings: Settings, pairs: number): Promise<StyleFigures> {
  const sum = { style: 0, setting: 0, structure: 0, structureOfStyle: 0 };
  const scenes = heldOutScenes();
  const styles = STYLES.filter((name) => name !== 'flat');
  for (let i = 0; i < pairs; i++) {
    const content = changeScene(scenes.next().value, { style: 'flat' });
    const style = changeScene(scenes.next().value, { style: styles[i % styles.length]! });
    const pictures = await transfer(bench, content, style, settings);
    const verdict = await bench.judge.see(pictures.result);
    sum.style += Number(verdict.style === style.style) / pairs;
    sum.setting += Number(verdict.setting === content.setting) / pairs;
    sum.structure += structureDistance(pictures.content, pictures.result) / pairs;
    sum.structureOfStyle += structureDistance(pictures.content, pictures.style) / pairs;
  }
  return { pairs, ...sum };
}
