/**
 * @file What options are called in a form, for people; their names in scripts and papers are the keys. A method's own have
 * their titles with them; every other has one here, or the compiler asks for it.
 */

import type { EDIT_METHODS } from './methods/editors/index.ts';
import type { OwnedOption } from './methods/flatShape.ts';
import type { INVERSION_METHODS } from './methods/inversions/index.ts';
import { OF_EDITORS, OF_INVERSIONS } from './methods/owned.ts';
import type { OptionName } from './options.ts';

const titles = (owned: Readonly<Record<string, OwnedOption>>) =>
  Object.fromEntries(Object.entries(owned).map(([name, { option }]) => [name, option.title]));

type Own<M extends { readonly options: object }> = M extends unknown ? keyof M['options'] : never;
type OwnName =
  | Own<(typeof EDIT_METHODS)[keyof typeof EDIT_METHODS]>
  | Own<(typeof INVERSION_METHODS)[keyof typeof INVERSION_METHODS]>;

/** Of options that every method has. A method has none of its own by such a name: that does not compile here. */
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
} satisfies Partial<Record<Exclude<OptionName, OwnName>, string>>;

export const OPTION_TITLES: Readonly<Record<OptionName, string>> = {
  ...(titles(OF_INVERSIONS) as Record<Exclude<OptionName, keyof typeof COMMON>, string>),
  ...titles(OF_EDITORS),
  ...COMMON,
};
