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

/** What an option acts through. Without it the option changes nothing, whatever its value. */
export type Need =
  /** The editor, or the inversion, that the option belongs to. */
  | 'editor'
  | 'inversion'
  /** Contexts learned from the picture, in the branch that has the words. */
  | 'learning'
  /** Something that is drawn at random. */
  | 'chance'
  /** That the original is kept where nothing changes. */
  | 'keep'
  /** A mask, or words, that bound the change. */
  | 'mask'
  | 'blend'
  | 'subtract'
  /** Of a proximal inversion: a norm by which differences shrink. */
  | 'norm'
  /** Of a style transfer: both pictures' words. */
  | 'bothWords';

/** By option. Whether the chosen editor or inversion has the option at all is asked first. */
const NEEDS: Readonly<Partial<Record<OptionName, Exclude<Need, 'editor' | 'inversion'>>>> = {
  tauV: 'learning',
  seed: 'chance',
  keepStrength: 'keep',
  detail: 'keep',
  feather: 'mask',
  context: 'mask',
  blendThreshold: 'blend',
  subtractThreshold: 'subtract',
  proximalQuantile: 'norm',
  proximalPull: 'norm',
  styleAfter: 'bothWords',
};

/** What else is chosen, as far as it decides which options do anything. */
export interface Chosen {
  readonly inversion: InversionOptions;
  /** Of an edit. */
  readonly edit?: EditOptions;
  /** Whether the edit has a mask. */
  readonly masked?: boolean;
  /** Of a style transfer. */
  readonly style?: StyleOptions;
}

/** What an option lacks to change anything; null where it does change something. */
export function lackOf(option: OptionName, chosen: Chosen): Need | null {
  const { inversion, edit, style } = chosen;
  const method = INVERSION_METHODS[inversionMethodOf(inversion)];
  const editor = edit && EDIT_METHODS[edit.editor];
  if (editor !== undefined && option in OF_EDITORS && !(option in editor.options)) return 'editor';
  if (option in OF_INVERSIONS && !(option in method.options)) return 'inversion';
  const isThere: Readonly<Record<Exclude<Need, 'editor' | 'inversion'>, boolean>> = {
    learning: method.learnsWords,
    chance: method.isRandom || editor?.isRandom === true,
    // The edge of a change is softened where words bound it, too.
    mask: chosen.masked === true || (option === 'feather' && edit?.blend !== undefined),
    keep: edit?.keep === 'original',
    blend: edit?.blend !== undefined,
    subtract: edit?.subtract !== undefined,
    norm: inversion.proximalNorm !== 'none',
    bothWords: style?.words === 'both',
  };
  const need = NEEDS[option];
  return need === undefined || isThere[need] ? null : need;
}
