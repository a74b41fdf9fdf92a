/** @file The table of inversions: one line for each method. */

import { type InversionOptions, METHOD_OF_MODE, PalimpsestError } from '@palimpsest/protocol';
import { DDIM } from './ddimMethod.ts';
import { DIRECT } from './directInversion.ts';
import type { InversionMethod, InversionName, ResolvedInversion } from './inversion.ts';
import { NEGATIVE_PROMPT, PROXIMAL } from './negativePrompt.ts';
import { NULL_TEXT } from './nullText.ts';
import { REGULARIZED } from './regularizedInversion.ts';
import { STYLE_DIFFUSION } from './styleDiffusion.ts';

export const INVERSIONS: Readonly<Record<InversionName, InversionMethod>> = {
  styleDiffusion: STYLE_DIFFUSION,
  nullText: NULL_TEXT,
  direct: DIRECT,
  negativePrompt: NEGATIVE_PROMPT,
  proximal: PROXIMAL,
  ddim: DDIM,
  regularized: REGULARIZED,
};

/**
 * The options with mode and defaults resolved.
 *
 * @throws {PalimpsestError} OPTION_INVALID when both a mode and another method are named.
 */
export function resolveInversion({ mode, method, ...options }: InversionOptions): ResolvedInversion {
  const byMode = METHOD_OF_MODE[mode ?? 'careful'];
  if (mode !== undefined && method !== undefined && method !== byMode) {
    throw new PalimpsestError(
      'OPTION_INVALID',
      `mode "${mode}" stands for the method ${byMode}, so it cannot come with the method ${method}. Leave one of them out.`,
    );
  }
  const name = method ?? byMode;
  const { innerSteps = 1, attentionLoss = false } = INVERSIONS[name].defaults;
  return {
    ...options,
    method: name,
    innerSteps: options.innerSteps ?? innerSteps,
    attentionLoss: options.attentionLoss ?? attentionLoss,
  };
}

/** Of the options, what the stored inversion depends on; methods that store the same thing share it. */
export function storedOptions(options: ResolvedInversion): readonly unknown[] {
  const { storedAs, stored } = INVERSIONS[options.method];
  const values: Readonly<Record<string, unknown>> = options;
  return [storedAs, ...stored.map((name) => [name, values[name] ?? null])];
}
