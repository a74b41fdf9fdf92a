/** @file The table of inversions: one line for each method. */

import { type InversionOptions, METHOD_OF_MODE, PalimpsestError, sentence } from '@palimpsest/protocol';
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
      sentence`mode "${{ mode }}" stands for the method ${{ byMode }}, so it cannot come with the method ${{ method }}. Leave one of them out.`,
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
  const { invert, stored } = INVERSIONS[options.method];
  // Methods with the same walk have the same function, whatever they are called.
  const walk = Object.entries(INVERSIONS).find(([, method]) => method.invert === invert)![0];
  const values: Readonly<Record<string, unknown>> = options;
  return [walk, ...stored.map((name) => [name, values[name] ?? null])];
}
