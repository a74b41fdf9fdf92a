/**
 * @file Which options change anything, given the others: so that a form can leave out those of other methods, and say of the
 * rest what they wait for.
 */

import { EDIT_METHODS } from './methods/editors/index.ts';
import { INVERSION_METHODS } from './methods/inversions/index.ts';
import { OF_EDITORS, OF_INVERSIONS } from './methods/owned.ts';
import {
  type EditOptions,
  type InversionOptions,
  inversionMethodOf,
  type OptionName,
  type StyleOptions,
} from './options.ts';

/** Whether what an option acts through is there. One that several things help has them all in its line. */
const PRESENT = {
  /** Contexts learned from the picture, in the branch that has the words. */
  learning: ({ inversion }) => methodOf(inversion).learnsWords,
  /** Something that is drawn at random. */
  chance: ({ inversion, edit }) => methodOf(inversion).isRandom || editorOf(edit)?.isRandom === true,
  /** That the original is kept where nothing changes. */
  keep: ({ edit }) => edit?.keep === 'original',
  mask: ({ masked }) => masked === true,
  /** An edge of the change: a mask's, or that of words. */
  edge: ({ masked, edit }) => masked === true || edit?.blend !== undefined,
  blend: ({ edit }) => edit?.blend !== undefined,
  subtract: ({ edit }) => edit?.subtract !== undefined,
  /** Of a proximal inversion: a norm by which differences shrink. */
  norm: ({ inversion }) => inversion.proximalNorm !== 'none',
  /** Of a style transfer: both pictures' words. */
  bothWords: ({ style }) => style?.words === 'both',
} satisfies Readonly<Record<string, (chosen: Chosen) => boolean>>;

/** What an option acts through. Without it the option changes nothing, whatever its value. */
export type Need =
  /** The editor, or the inversion, that the option belongs to. */
  'editor' | 'inversion' | keyof typeof PRESENT;

/** By option. Whether the chosen editor or inversion has the option at all is asked first. */
const NEEDS: Readonly<Partial<Record<OptionName, keyof typeof PRESENT>>> = {
  tauV: 'learning',
  seed: 'chance',
  keepStrength: 'keep',
  detail: 'keep',
  feather: 'edge',
  context: 'mask',
  blendThreshold: 'blend',
  subtract: 'blend',
  subtractThreshold: 'subtract',
  proximalQuantile: 'norm',
  proximalPull: 'norm',
  styleAfter: 'bothWords',
};

/** Where an option stands among those of a request. */
export type Part = 'inversion' | 'edit' | 'style';

/** What is chosen, all that decides which options do anything. */
export interface Chosen {
  readonly inversion: InversionOptions;
  /** Of an edit. */
  readonly edit?: EditOptions;
  /** Whether the edit has a mask. */
  readonly masked?: boolean;
  /** Of a style transfer. */
  readonly style?: StyleOptions;
}

const methodOf = (inversion: InversionOptions) => INVERSION_METHODS[inversionMethodOf(inversion)];
const editorOf = (edit: EditOptions | undefined) => edit && EDIT_METHODS[edit.editor];

/** What an option lacks to change anything; null where it does change something. */
export function lackOf(option: OptionName, chosen: Chosen): Need | null {
  const editor = editorOf(chosen.edit);
  if (editor !== undefined && option in OF_EDITORS && !(option in editor.options)) return 'editor';
  if (option in OF_INVERSIONS && !(option in methodOf(chosen.inversion).options)) return 'inversion';
  const need = NEEDS[option];
  return need === undefined || PRESENT[need](chosen) ? null : need;
}
