/** @file Every method of inverting; the daemon's side of each is in daemon/src/methods/. */

import { ddim } from './ddim.ts';
import { direct } from './direct.ts';
import { negativePrompt } from './negativePrompt.ts';
import { nullText } from './nullText.ts';
import { proximal } from './proximal.ts';
import { regularized } from './regularized.ts';
import { styleDiffusion } from './styleDiffusion.ts';

export const INVERSION_METHODS = {
  styleDiffusion,
  nullText,
  direct,
  negativePrompt,
  proximal,
  ddim,
  regularized,
};
export type InversionName = keyof typeof INVERSION_METHODS;
