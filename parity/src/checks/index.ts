/** @file Which check is for which part of a golden set. */

import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { checkAlignment } from './alignment.ts';
import { checkDdim } from './ddim.ts';
import { checkEdit } from './edit.ts';
import { checkGradient } from './gradient.ts';
import { checkImageEncoder } from './imageEncoder.ts';
import { checkMasaCtrl } from './masaCtrl.ts';
import { checkNullText } from './nullText.ts';
import { checkPix2PixZero } from './pix2pixZero.ts';
import { checkPlugAndPlay } from './plugAndPlay.ts';
import { checkProximal } from './proximal.ts';
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
  null_text: checkNullText,
  proximal: checkProximal,
  masactrl: checkMasaCtrl,
  plug_and_play: checkPlugAndPlay,
  pix2pix_zero: checkPix2PixZero,
};

/** `stylediffusion_early_stop` and other variants of the optimisation. */
const VARIANT = /^stylediffusion_/;

/** The check of a part, if there is one. */
export const checkOf = (part: string): Check | undefined =>
  CHECKS[part] ?? (VARIANT.test(part) ? checkStyleDiffusion : undefined);
