/** @file One edit of a held-out scene, as in the paper's Table 2, by measures that need no download. */

import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import { z } from 'zod';
import type { StableDiffusion } from '../../../daemon/src/execution/stableDiffusion.ts';
import { psnr, ssim } from '../../../daemon/src/imaging/metrics.ts';
import { editPicture } from '../../../daemon/src/jobs/editJob.ts';
import { invertPicture } from '../../../daemon/src/jobs/invertJob.ts';
import type { InversionStore } from '../../../daemon/src/store/inversionStore.ts';
import { ASKED, type EditName, outsideOf, type Wish, wishFor } from '../evaluate/edits.ts';
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

/** An edit to measure every cell on. */
export interface Task {
  readonly scene: Scene;
  readonly name: EditName;
  readonly wish: Wish;
}

/** What was measured of one edit. */
export const EditRecord = z.object({
  /** Whether the asked-for attribute is right, and all attributes are. */
  asked: z.boolean(),
  right: z.boolean(),
  /** Of source and result, see structure.ts. */
  structure: z.number(),
  /** Outside the object's true masks; null for edits of the style, which change everything. */
  psnrOutside: z.number().nullable(),
  ssimOutside: z.number().nullable(),
  /** Of the processor, all threads together. */
  inversionSeconds: z.number(),
  editSeconds: z.number(),
});
export type EditRecord = z.infer<typeof EditRecord>;

/** The options of a cell's calls. */
export function optionsOf(
  { inversion: method, editor, options }: Cell,
  { steps, innerSteps }: Settings,
): { inversion: InversionOptions; edit: EditOptions } {
  return {
    inversion: InversionOptions.parse({ ...options, method, steps, innerSteps }),
    edit: EditOptions.parse({ editor, keep: 'nothing' }),
  };
}

/** What cells are measured with. */
export interface Bench {
  readonly model: StableDiffusion;
  readonly store: InversionStore;
  readonly judge: Judge;
  /** How long the store's inversions took, by id: cells that share one share its time. */
  readonly timings: Map<string, number>;
}

/** Held-out scenes without end, each with an edit that it has something to change for. */
export function* tasks(): Generator<Task, never> {
  const scenes = heldOutScenes();
  for (let turn = 0; ; ) {
    const scene = scenes.next().value;
    const name = KINDS[turn % KINDS.length]!;
    const wish = wishFor(name, scene);
    if (wish === null) continue;
    turn += 1;
    yield { scene, name, wish };
  }
}

/** Measures a cell on one edit. */
export async function measureEdit(
  { model, store, judge, timings }: Bench,
  cell: Cell,
  settings: Settings,
  { scene, name, wish }: Task,
): Promise<EditRecord> {
  const { inversion, edit } = optionsOf(cell, settings);
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
  const outside = name === 'style' ? null : await outsideOf(scene, wish.wanted);
  return {
    asked: isRight(ASKED[name], wish.wanted, verdict),
    right: ATTRIBUTES.every((attribute) => isRight(attribute, wish.wanted, verdict)),
    structure: structureDistance(picture, edited),
    psnrOutside: outside && psnr(picture, edited, outside),
    ssimOutside: outside && ssim(picture, edited, outside),
    inversionSeconds: timings.get(inverted.id)!,
    editSeconds,
  };
}

/** The result of some work, and the seconds that the processor worked on it, whatever else the machine did. */
async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return [result, (user + system) / 1e6];
}
