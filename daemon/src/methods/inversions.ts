/** @file The table of inversions: one line for each method. */

import {
  type Chosen,
  contradictionsIn,
  INVERSION_METHODS,
  type InversionName,
  type InversionOptions,
  inversionMethodOf,
  ownValues,
  PalimpsestError,
} from '@palimpsest/protocol';
import { DDIM } from './ddim.ts';
import { DIRECT } from './direct.ts';
import type { InversionMethod, ResolvedInversion } from './inversion.ts';
import { NEGATIVE_PROMPT } from './negativePrompt.ts';
import { NULL_TEXT } from './nullText.ts';
import { PROXIMAL } from './proximal.ts';
import { REGULARIZED } from './regularized.ts';
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

/** @throws {PalimpsestError} OPTION_INVALID when what is chosen contradicts itself. */
export function requireConsistent(chosen: Chosen): void {
  const [found] = contradictionsIn(chosen);
  if (found !== undefined) throw new PalimpsestError('OPTION_INVALID', found.sentence);
}

/**
 * The options that the method heeds, with its own defaults filled in.
 *
 * @throws {PalimpsestError} as `requireConsistent`.
 */
export function resolveInversion(inversion: InversionOptions): ResolvedInversion {
  requireConsistent({ inversion });
  return resolveFor(inversionMethodOf(inversion), inversion);
}

/** The same of a method that is known, whatever else the options choose. */
export function resolveFor<M extends InversionName>(
  method: M,
  { steps, guidance, seed, size, ...given }: InversionOptions,
): ResolvedInversion<M> {
  const common = { method, steps, guidance, seed, ...(size === undefined ? {} : { size }) };
  return { ...common, ...ownValues(INVERSION_METHODS[method].options, given) } as ResolvedInversion<M>;
}

/** Of the options, what the stored inversion depends on; methods that store the same thing share it. */
export function storedOptions(options: ResolvedInversion): readonly unknown[] {
  const { storedAs, stored } = INVERSIONS[options.method];
  const values: Readonly<Record<string, unknown>> = { ...options };
  return [storedAs, ...stored.map((name) => [name, values[name] ?? null])];
}
