/** @file One cell's figures: edits of held-out scenes, as in the paper's Table 2, by measures that need no download. */

import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import { z } from 'zod';
import { psnr, ssim } from '../../../daemon/src/imaging/metrics.ts';
import type { Picture } from '../../../daemon/src/imaging/picture.ts';
import { editPicture } from '../../../daemon/src/jobs/editJob.ts';
import { invertPicture } from '../../../daemon/src/jobs/invertJob.ts';
import type { StableDiffusion } from '../../../daemon/src/models/stableDiffusion.ts';
import type { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { ASKED, type EditName, outsideOf, wishFor } from '../evaluate/edits.ts';
import type { Judge } from '../evaluate/judge.ts';
import { ATTRIBUTES, heldOutScenes, isRight, pictureOf } from '../evaluate/scenes.ts';
import { fullCaption } from '../world/captions.ts';
import type { Scene } from '../world/scene.ts';
import type { Cell } from './cells.ts';
import { structureDistance } from './structure.ts';

/** Every editor can be asked for these with words alone; they take turns from scene to scene. */
const KINDS: readonly EditName[] = ['replace', 'colour', 'style'];

export interface Settings {
  readonly steps: number;
  readonly innerSteps: number | undefined;
}

/** Means over the scenes; null where there is nothing to measure. */
export const Figures = z.object({
  scenes: z.number(),
  /** Shares in which the asked-for attribute is right, and all attributes are. */
  asked: z.number(),
  right: z.number(),
  /** Of source and result, see structure.ts. */
  structure: z.number(),
  /** Outside the object's true masks; edits of the style change everything and do not count. */
  psnrOutside: z.number().nullable(),
  ssimOutside: z.number().nullable(),
  /** null where the inversion was there from an earlier run. */
  inversionSeconds: z.number().nullable(),
  editSeconds: z.number(),
});
export type Figures = z.infer<typeof Figures>;

/** The options of a cell's calls. */
export function optionsOf(
  { inversion: method, editor, options }: Cell,
  { steps, innerSteps }: Settings,
): { inversion: InversionOptions; edit: EditOptions } {
  return {
    inversion: InversionOptions.parse({ ...options, method, steps, innerSteps }),
    edit: EditOptions.parse({ editor }),
  };
}

/** How long inversions took, by id: cells that share one share its time. */
export type Timings = Map<string, number>;

/** What cells are measured with. */
export interface Bench {
  readonly model: StableDiffusion;
  readonly store: InversionStore;
  readonly judge: Judge;
  readonly timings: Timings;
}

/** Figures of a cell on the first `count` held-out scenes. */
export async function measureCell(
  bench: Bench,
  cell: Cell,
  settings: Settings,
  count: number,
): Promise<Figures> {
  const rows: Figures[] = [];
  for (const scene of heldOutScenes()) {
    if (rows.length === count) break;
    const figures = await measureScene(
      bench,
      optionsOf(cell, settings),
      KINDS[rows.length % KINDS.length]!,
      scene,
    );
    if (figures !== null) rows.push(figures);
  }
  const mean = (name: keyof Figures) => {
    const found = rows.map((row) => row[name]).filter((value) => value !== null);
    return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length;
  };
  const names = Object.keys(rows[0]!) as (keyof Figures)[];
  return { ...Object.fromEntries(names.map((name) => [name, mean(name)])), scenes: rows.length } as Figures;
}

/** Figures of one edit; null where the scene has nothing to change in that way. */
async function measureScene(
  { model, store, judge, timings }: Bench,
  { inversion, edit }: ReturnType<typeof optionsOf>,
  name: EditName,
  scene: Scene,
): Promise<Figures | null> {
  const wish = wishFor(name, scene);
  if (wish === null) return null;
  const picture = await pictureOf(scene);
  const source = fullCaption(scene);
  const [inverted, inversionSeconds] = await timed(() =>
    invertPicture(model, store, { picture, prompt: source, options: inversion }),
  );
  if (!inverted.reused) timings.set(inverted.id, inversionSeconds);
  const [{ picture: edited }, editSeconds] = await timed(() =>
    editPicture(model, store, { picture, source, target: wish.target, inversion, edit }),
  );
  const verdict = await judge.see(edited);
  return {
    scenes: 1,
    asked: Number(isRight(ASKED[name], wish.wanted, verdict)),
    right: Number(ATTRIBUTES.every((attribute) => isRight(attribute, wish.wanted, verdict))),
    structure: structureDistance(picture, edited),
    ...(name === 'style'
      ? { psnrOutside: null, ssimOutside: null }
      : await outside(scene, wish.wanted, picture, edited)),
    inversionSeconds: timings.get(inverted.id) ?? null,
    editSeconds,
  };
}

async function outside(
  scene: Scene,
  wanted: Scene,
  before: Picture,
  after: Picture,
): Promise<Pick<Figures, 'psnrOutside' | 'ssimOutside'>> {
  const place = await outsideOf(scene, wanted);
  return { psnrOutside: psnr(before, after, place), ssimOutside: ssim(before, after, place) };
}

/** The result of some work, and its seconds. */
async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}
