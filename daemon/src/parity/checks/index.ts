/** @file Which check is for which part of a golden set. */

import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { checkAlignment } from './alignment.ts';
import { checkDdim } from './ddim.ts';
import { checkEdit } from './edit.ts';
import { checkGradient } from './gradient.ts';
import { checkImageEncoder } from './imageEncoder.ts';
import { checkScheduler } from './scheduler.ts';
import { checkSdedit } from './sdedit.ts';
import { checkStyleDiffusion } from './styleDiffusion.ts';
import { checkTextEncoder } from './textEncoder.ts';
import { checkTokenizer } from './tokenizer.ts';
import { checkUNet } from './unet.ts';
import { checkVae } from './vae.ts';

export type Check = (section: Section, subject: Subject) => Promise<void>;

/** By the stem of the part's files, in the order in which they build on each other. */
export const CHECKS: Readonly<Record<string, Check>> = {
  tokenizer: checkTokenizer,
  text_encoder: checkTextEncoder,
  image_encoder: checkImageEncoder,
  vae: checkVae,
  unet: checkUNet,
  scheduler: checkScheduler,
  ddim: checkDdim,
  gradient: checkGradient,
  stylediffusion: checkStyleDiffusion,
  alignment: checkAlignment,
  edit: checkEdit,
  sdedit: checkSdedit,
};

/** `stylediffusion_early_stop` and other variants of the optimisation. */
const VARIANT = /^stylediffusion_/;

/** Parts of methods that the engine does not have yet. */
export const NOT_YET: readonly string[] = [
  'null_text',
  'masactrl',
  'pix2pix_zero',
  'plug_and_play',
  'proximal',
];

/** The check of a part, if there is one. */
export const checkOf = (part: string): Check | undefined =>
  CHECKS[part] ?? (VARIANT.test(part) ? checkStyleDiffusion : undefined);
