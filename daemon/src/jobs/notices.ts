/** @file What a job will do that may surprise the person, told before it starts. */

import { EDIT_METHODS, INVERSION_METHODS, type Notice } from '@palimpsest/protocol';
import { promptNotices } from '@palimpsest/protocol/prompt-notices';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { areaOfEdit } from './editArea.ts';
import { placeOnCanvas } from './invertJob.ts';
import { changingPicture, inversionOf, type Job, picturesOf, promptsOf, stepsOf } from './job.ts';

type Facts = Pick<StableDiffusion, 'schedule' | 'tokenizer' | 'nativeSide' | 'sideMultiple'>;

/** With fewer steps each is too long for a picture to come back. */
const FEW_STEPS = 10;
const USUAL_STEPS = 30;
/** The part of the training's timesteps that a walk has to reach, so that the picture is noise there. */
const FAR_ENOUGH = 0.9;

/**
 * For the person, none where all is as usual. Texts name no control of any client.
 *
 * @throws {PalimpsestError} OPTION_INVALID when the model was not trained with as many steps.
 */
export function noticesOf(model: Facts, job: Job): Notice[] {
  return [
    ...aboutSteps(model, stepsOf(job)),
    ...aboutGuidance(job),
    ...aboutEqualPrompts(model, job),
    ...aboutPrompts(promptsOf(job)),
    ...aboutInvisible(job),
    ...aboutDepth(job),
    ...aboutFrames(job),
    ...aboutSize(model, job),
  ];
}

/** Each prompt is looked at; of what several have, the first is told. */
function aboutPrompts(prompts: readonly string[]): Notice[] {
  const told = new Map<string, Notice>();
  for (const notice of prompts.flatMap(promptNotices)) {
    if (!told.has(notice.code)) told.set(notice.code, notice);
  }
  return [...told.values()];
}

function aboutSteps({ schedule }: Facts, steps: number): Notice[] {
  const count = schedule.config.num_train_timesteps;
  const startOf = (some: number) => schedule.timesteps(some)[0]!;
  const start = startOf(steps);
  if (start >= FAR_ENOUGH * count) return [];
  const reach = `start at timestep ${start} of ${count}`;
  if (steps < FEW_STEPS) {
    const text =
      steps === 1
        ? `A single step would ${reach}, where a picture is hardly covered by noise: next to nothing of it can change. Take ${FEW_STEPS} steps or more; ${USUAL_STEPS} is usual.`
        : `${steps} steps are few: they ${reach}, and each is so long that the picture may fall apart. Take ${FEW_STEPS} or more; ${USUAL_STEPS} is usual.`;
    return [{ code: 'STEPS_FEW', facts: { steps, better: USUAL_STEPS }, text }];
  }
  // The most steps that are further apart.
  const better = Math.floor(count / (Math.floor(count / steps) + 1));
  const text = `${steps} steps ${reach}, since whole timesteps lie between them: less can change than with fewer. ${better} steps start at timestep ${startOf(better)}, and take less time.`;
  return [{ code: 'STEPS_UNEVEN', facts: { steps, better }, text }];
}

function aboutGuidance(job: Job): Notice[] {
  const inversion = inversionOf(job);
  if (inversion === null || inversion.guidance !== 1) return [];
  const { learnsWithoutWords, title } = INVERSION_METHODS[inversion.method];
  if (!learnsWithoutWords) return [];
  const text = `At guidance 1 ${lowered(title)} has nothing to learn, since the empty prompt does not count there: this is plain DDIM. Take more guidance; 7.5 is usual.`;
  return [{ code: 'GUIDANCE_IDLE', facts: { better: 7.5 }, text }];
}

/** Within a sentence. */
const lowered = (title: string): string => title.charAt(0).toLowerCase() + title.slice(1);

/** Prompts are compared as the model reads them: without case, or how many spaces there are. */
function aboutEqualPrompts({ tokenizer }: Facts, job: Job): Notice[] {
  if (job.kind !== 'edit') return [];
  const { source, target, edit } = job.work;
  if (EDIT_METHODS[edit.editor].drawsAnew || edit.weights?.some(({ weight }) => weight !== 1)) return [];
  if (String(tokenizer.encode(source)) !== String(tokenizer.encode(target))) return [];
  const text = `Both prompts say the same to the model ("${target}"), and no word has a strength of its own: the picture is only drawn again, as well as it was inverted. Say what it should be, or give a word a strength.`;
  return [{ code: 'PROMPTS_EQUAL', facts: { prompt: target }, text }];
}

function aboutInvisible(job: Job): Notice[] {
  if (!picturesOf(job).some(({ alpha }) => alpha?.every((value) => value === 0))) return [];
  const text =
    'The picture is transparent everywhere: the model is shown plain grey, and no change will be visible. Take one in which something is to be seen.';
  return [{ code: 'PICTURE_INVISIBLE', facts: {}, text }];
}

/** Of the picture that comes back changed. */
function aboutDepth(job: Job): Notice[] {
  if (!changingPicture(job)?.isDeep) return [];
  const text = 'The picture has more than 8 bits a channel. The result has 8, outside of what changes too.';
  return [{ code: 'PICTURE_DEEP', facts: {}, text }];
}

function aboutFrames(job: Job): Notice[] {
  const frames = picturesOf(job).find((picture) => picture.frames !== undefined)?.frames;
  if (frames === undefined) return [];
  const text = `The file holds ${frames} pictures, as an animation's frames or as pages. Only the first is taken: nothing moves in what is made of it.`;
  return [{ code: 'PICTURE_FRAMES', facts: { frames }, text }];
}

/** Where a size lies between those that the model can work at. */
function aboutSize(model: Facts, job: Job): Notice[] {
  const { sideMultiple } = model;
  const size = inversionOf(job)?.size;
  if (size === undefined || size % sideMultiple === 0) return [];
  const shown = job.kind === 'edit' ? areaOfEdit(job.work) : picturesOf(job)[0]!;
  const { width, height } = placeOnCanvas(model, shown, { size }).canvas;
  const better = Math.max(1, Math.round(size / sideMultiple)) * sideMultiple;
  const text = `This model works at multiples of ${sideMultiple} pixels, and size ${size} is none: the picture is worked on at ${width} x ${height}. The nearest size is ${better}.`;
  return [{ code: 'SIZE_UNEVEN', facts: { size, width, height, better }, text }];
}
