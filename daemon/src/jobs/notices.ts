/** @file What a job will do otherwise than its asker may think, told before it starts. */

import { foreignSyntax, METHOD_OF_MODE } from '@palimpsest/protocol';
import type { Picture } from '../imaging/picture.ts';
import type { StableDiffusion } from '../models/stableDiffusion.ts';
import { type Job, stepsOf } from './job.ts';

type Facts = Pick<StableDiffusion, 'schedule' | 'tokenizer'>;

/** With fewer steps each is too long for a picture to come back. */
const FEW_STEPS = 10;
/** The part of the training's timesteps that a walk has to reach, so that the picture is noise there. */
const FAR_ENOUGH = 0.9;

/**
 * Sentences for the person, none where all is as usual.
 *
 * @throws {PalimpsestError} OPTION_INVALID when the model was not trained with as many steps.
 */
export function noticesOf(model: Facts, job: Job): string[] {
  return [
    ...aboutSteps(model, stepsOf(job)),
    ...aboutGuidance(job),
    ...aboutEqualPrompts(model, job),
    ...aboutForeignSyntax(promptsOf(job)),
    ...aboutInvisible(job),
    ...aboutDepth(job),
  ];
}

function promptsOf(job: Job): string[] {
  switch (job.kind) {
    case 'invert':
      return [job.request.prompt];
    case 'edit':
      return [job.request.source, job.request.target];
    case 'style':
      return [job.request.source, job.request.styleSource];
    case 'generate':
      return [job.prompt, job.options.negativePrompt];
  }
}

function aboutSteps({ schedule }: Facts, steps: number): string[] {
  const count = schedule.config.num_train_timesteps;
  const startOf = (some: number) => schedule.timesteps(some)[0]!;
  const start = startOf(steps);
  if (start >= FAR_ENOUGH * count) return [];
  const reach = `start at timestep ${start} of ${count}`;
  if (steps === 1) {
    return [
      `A single step would ${reach}, where a picture is hardly covered by noise: next to nothing of it can change. Take ${FEW_STEPS} steps or more; 30 is usual.`,
    ];
  }
  if (steps < FEW_STEPS) {
    return [
      `${steps} steps are few: they ${reach}, and each is so long that the picture may fall apart. Take ${FEW_STEPS} or more; 30 is usual.`,
    ];
  }
  // The most steps that are further apart.
  const better = Math.floor(count / (Math.floor(count / steps) + 1));
  return [
    `${steps} steps ${reach}, since whole timesteps lie between them: less can change than with fewer. ${better} steps start at timestep ${startOf(better)}, and take less time.`,
  ];
}

function aboutGuidance(job: Job): string[] {
  if (job.kind === 'generate' || job.kind === 'style') return [];
  const { mode, method, guidance } = job.kind === 'invert' ? job.request.options : job.request.inversion;
  if ((method ?? METHOD_OF_MODE[mode ?? 'careful']) !== 'nullText' || guidance !== 1) return [];
  return [
    'At guidance 1 null-text inversion has nothing to learn, since the empty prompt does not count there: this is plain DDIM. Take more guidance; 7.5 is usual.',
  ];
}

/** Prompts are compared as the model reads them: without case, or how many spaces there are. */
function aboutEqualPrompts({ tokenizer }: Facts, job: Job): string[] {
  if (job.kind !== 'edit') return [];
  const { source, target, edit } = job.request;
  // Drawing parts of the picture anew is what this editor is for.
  if (edit.editor === 'sdedit' || edit.weights.some(({ weight }) => weight !== 1)) return [];
  if (String(tokenizer.encode(source)) !== String(tokenizer.encode(target))) return [];
  return [
    `Both prompts say the same to the model ("${target}"), and no word has a strength of its own: the picture is only drawn again, as well as it was inverted. Say what it should be, or give a word a strength (--weight WORD=FACTOR).`,
  ];
}

/** What other programs would not read as words. */
function aboutForeignSyntax(prompts: readonly string[]): string[] {
  const { weighted, network } = foreignSyntax(...prompts);
  return [
    ...(weighted === undefined
      ? []
      : [
          `"${weighted}" is read as ordinary words and signs. In an edit, words get their strength by --weight WORD=FACTOR ("strength" in the panel), such as --weight "star=1.3".`,
        ]),
    ...(network === undefined
      ? []
      : [
          `"${network}" is read as ordinary words and signs. A LoRA is merged into the model by --lora FILE:STRENGTH, or by a model with a name of its own in the daemon's settings.`,
        ]),
  ];
}

function picturesOf(job: Job): Picture[] {
  switch (job.kind) {
    case 'invert':
    case 'edit':
      return [job.request.picture];
    case 'style':
      return [job.request.content, job.request.style];
    case 'generate':
      return [];
  }
}

function aboutInvisible(job: Job): string[] {
  if (!picturesOf(job).some(({ alpha }) => alpha?.every((value) => value === 0))) return [];
  return [
    'The picture is transparent everywhere: the model is shown plain grey, and no change will be visible. Take one in which something is to be seen.',
  ];
}

/** Of the picture that comes back changed. */
function aboutDepth(job: Job): string[] {
  const isDeep =
    (job.kind === 'edit' && job.request.picture.isDeep) ||
    (job.kind === 'style' && job.request.content.isDeep);
  return isDeep
    ? ['The picture has more than 8 bits a channel. The result has 8, outside of what changes too.']
    : [];
}
