/** @file Options on the command line that contradict others, or would change nothing: refused before any work. */

import {
  type Chosen,
  contradictionsIn,
  notHeeded,
  type OptionName,
  PalimpsestError,
  refusedFor,
  type SharedNeed,
  sentence,
  telling,
  verbatim,
} from '@palimpsest/protocol';
import type { Command } from 'commander';
import { type FlagForms, givenFlag } from './flags.ts';

/** Without what an option does nothing, and what to give too. */
const WITHOUT: Readonly<Record<SharedNeed, string>> = {
  keep: 'where nothing of the original is kept: choose --keep original',
  mask: 'without a mask: name one with --mask',
  edge: 'where nothing bounds the change: name a mask with --mask, or words with --blend',
  blend: 'without --blend: give --blend OLD:NEW too',
  subtract: 'without --subtract: give --subtract OLD:NEW too',
  norm: 'with --proximal-norm none: choose l0 or l1 there',
  bothWords: "unless both pictures' words draw: choose --words both",
  learning: 'where an inversion learns nothing for the words: choose --method styleDiffusion',
};

/**
 * @param chosen what the command's options come to, with the defaults.
 * @throws {PalimpsestError} OPTION_INVALID for what contradicts itself, and for the first option that was given and does
 *   nothing, naming what it lacks.
 */
export function requireEffect(command: Command, chosen: Chosen, forms: FlagForms = {}): void {
  const [contradiction] = contradictionsIn(chosen);
  if (contradiction !== undefined) throw new PalimpsestError('OPTION_INVALID', contradiction.sentence);
  const { inversion, edit, style } = chosen;
  for (const option of Object.keys({ ...inversion, ...edit, ...style }) as OptionName[]) {
    const flag = givenFlag(command, option, forms[option]);
    const needs = refusedFor(option, chosen);
    if (flag === null || needs === null) continue;
    const told =
      needs === 'editor' || needs === 'inversion'
        ? sentence`${{ flag }}: ${{ reason: notHeeded(option, needs, chosen) }}.`
        : sentence`${{ flag }} does nothing ${{ missing: verbatim(WITHOUT[needs]) }}, or leave it out.`;
    throw new PalimpsestError('OPTION_INVALID', telling(told, { option, needs }));
  }
}
