/**
 * @file What options are called in a form, for people; their names in scripts and papers are the keys. A method's own have
 * their titles with them; every other has one here, or the compiler asks for it.
 */

import type { OwnedOption } from './methods/flatShape.ts';
import { OF_EDITORS, OF_INVERSIONS } from './methods/owned.ts';
import type { OptionName } from './options.ts';

const titles = (owned: Readonly<Record<string, OwnedOption>>) =>
  Object.fromEntries(Object.entries(owned).map(([name, { option }]) => [name, option.title]));

/** Of options that every method has. */
const COMMON = {
  mode: 'Pace',
  method: 'Method of learning',
  steps: 'Steps',
  guidance: 'Weight of the words',
  seed: 'Seed',
  size: 'Working size',
  editor: 'Editor',
  keep: 'What stays',
  keepStrength: 'How much stays',
  detail: 'Fine detail',
  feather: 'Soft edge',
  context: 'Surroundings',
  words: 'Whose words',
  styleAfter: 'Style after',
  styleStrength: 'How much style',
  contentStrength: 'Keep the content',
  featuresUntil: 'Content’s features until',
  attentionUntil: 'Content’s attention until',
} satisfies Partial<Record<OptionName, string>>;

export const OPTION_TITLES: Readonly<Record<OptionName, string>> = {
  ...(titles(OF_INVERSIONS) as Record<Exclude<OptionName, keyof typeof COMMON>, string>),
  ...titles(OF_EDITORS),
  ...COMMON,
};
