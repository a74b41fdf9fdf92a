/** @file Why a control changes nothing at present, in words. What an option needs is for the protocol to say. */

import { type Chosen, lackOf, type Need, type OptionName } from '@palimpsest/protocol';

const REASONS: Readonly<Record<Need, string>> = {
  editor: 'The chosen editor does not use this.',
  inversion: 'The chosen method does not use this.',
  learning: 'This needs a learned picture: choose “Careful”.',
  chance: 'Nothing here is random: every seed gives the same result.',
  keep: 'Only when the original is kept.',
  mask: 'Only when you mark where the picture may change.',
  edge: 'Only when you mark where the picture may change, or keep the change to a word.',
  blend: 'Only with “only at a word”.',
  subtract: 'Only with words that must not change, which scripts can name.',
  norm: 'Only with a norm that shrinks small differences.',
  bothWords: 'Only when both pictures’ words are used.',
};

/** Why a control that stands for these options changes nothing; null where one of them does. */
export function idleReason(options: readonly OptionName[], chosen: Chosen): string | null {
  const lacks = options.map((option) => lackOf(option, chosen));
  const [first = null] = lacks;
  return first === null || lacks.includes(null) ? null : REASONS[first];
}

/** Another method, or what only scripts can name: nothing in a form gives an option these. */
const OUT_OF_REACH: readonly (Need | null)[] = ['editor', 'inversion', 'subtract'];

/** Whether a form leaves an option out, since nothing else in it would make the option count. */
export const isOutOfReach = (option: OptionName, chosen: Chosen): boolean =>
  OUT_OF_REACH.includes(lackOf(option, chosen));
