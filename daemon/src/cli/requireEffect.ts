/** @file Refuses options that would change nothing because another one is missing, before any work. */

import {
  type Chosen,
  lackOf,
  type Need,
  type OptionName,
  PalimpsestError,
  sentence,
} from '@palimpsest/protocol';
import type { Command } from 'commander';
import { flagNamed } from '../settings/spelling.ts';

/** What to give too, by what an option lacks. A seed is left alone: scripts give one to every method. */
const MISSING: Readonly<Partial<Record<Need, string>>> = {
  keep: 'does nothing where nothing of the original is kept: choose --keep original',
  mask: 'does nothing without a mask: name one with --mask',
  blend: 'does nothing without --blend: give --blend OLD:NEW too',
  subtract: 'does nothing without --subtract: give --subtract OLD:NEW too',
  norm: 'does nothing with --proximal-norm none: choose l0 or l1 there',
  bothWords: "does nothing unless both pictures' words draw: choose --words both",
  learning: 'does nothing where an inversion learns nothing for the words: choose --method styleDiffusion',
};

/**
 * @param chosen what the command's options come to, with the defaults.
 * @throws {PalimpsestError} OPTION_INVALID for the first that was given and does nothing, naming what it lacks.
 */
export function requireEffect(command: Command, chosen: Chosen): void {
  // Of those that are no options of the work, such as --json, nothing is lacking.
  for (const option of Object.keys(command.opts()) as OptionName[]) {
    if (command.getOptionValueSource(option) !== 'cli') continue;
    const lack = lackOf(option, chosen);
    const missing = lack === null ? undefined : MISSING[lack];
    if (missing === undefined) continue;
    const flag = flagNamed(option);
    throw new PalimpsestError('OPTION_INVALID', sentence`${{ flag }} ${{ missing }}, or leave it out.`);
  }
}
