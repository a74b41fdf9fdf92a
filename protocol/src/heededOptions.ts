/**
 * @file Which options change anything, given the others: so that a form can leave out those of other methods, and say of the
 * rest what they wait for. The daemon's tables of methods say the same, and tests hold the two together.
 */

import { type EditOptions, type InversionOptions, METHOD_OF_MODE, type StyleOptions } from './options.ts';

type Editor = EditOptions['editor'];
type Inversion = NonNullable<InversionOptions['method']>;

/** By option; one that is missing here is heeded by all. */
export const EDITORS_HEEDING: Readonly<Partial<Record<keyof EditOptions, readonly Editor[]>>> = {
  kind: ['p2plus', 'p2p'],
  tauV: ['p2plus', 'p2p', 'masaCtrl', 'wordSwap', 'sdedit'],
  tauC: ['p2plus', 'p2p'],
  tauS: ['p2plus', 'p2p'],
  tauU: ['p2plus'],
  wordTaus: ['p2plus', 'p2p'],
  weights: ['p2plus', 'p2p'],
  blend: ['p2plus', 'p2p', 'masaCtrl'],
  blendThreshold: ['p2plus', 'p2p', 'masaCtrl'],
  subtract: ['p2plus', 'p2p', 'masaCtrl'],
  subtractThreshold: ['p2plus', 'p2p', 'masaCtrl'],
  mutualFromStep: ['masaCtrl'],
  mutualFromLayer: ['masaCtrl'],
  injectAttention: ['plugAndPlay'],
  injectFeatures: ['plugAndPlay'],
  negativeAlpha: ['plugAndPlay'],
  attentionRate: ['pix2pixZero'],
  strength: ['sdedit'],
};

/** By option; one that is missing here is heeded by all, or by an editor on any inversion, as the seed is. */
export const INVERSIONS_HEEDING: Readonly<Partial<Record<keyof InversionOptions, readonly Inversion[]>>> = {
  recipe: ['styleDiffusion'],
  learn: ['styleDiffusion'],
  innerSteps: ['styleDiffusion', 'nullText'],
  earlyStopEpsilon: ['styleDiffusion', 'nullText'],
  attentionLoss: ['styleDiffusion', 'nullText'],
  towardsEmpty: ['negativePrompt', 'proximal'],
  proximalNorm: ['proximal'],
  proximalQuantile: ['proximal'],
  proximalPull: ['proximal'],
};

/** What an option acts through. Without it the option changes nothing, whatever its value. */
export type Need =
  /** The editor, or the inversion, that the option belongs to. */
  | 'editor'
  | 'inversion'
  /** Contexts learned from the picture, in the branch that has the words. */
  | 'learning'
  /** Something that is drawn at random. */
  | 'chance'
  /** A mask, or words, that bound the change. */
  | 'mask'
  | 'blend'
  | 'subtract'
  /** Of a proximal inversion: a norm by which differences shrink. */
  | 'norm'
  /** Of a style transfer: both pictures' words. */
  | 'bothWords';

/** By option; an editor or inversion that it belongs to comes before. */
const NEEDS: Readonly<Partial<Record<OptionName, Exclude<Need, 'editor' | 'inversion'>>>> = {
  tauV: 'learning',
  seed: 'chance',
  feather: 'mask',
  context: 'mask',
  blendThreshold: 'blend',
  subtractThreshold: 'subtract',
  proximalQuantile: 'norm',
  proximalPull: 'norm',
  styleAfter: 'bothWords',
};

/** Inversions whose learned contexts go into the branch with the words. */
const LEARNING: readonly Inversion[] = ['styleDiffusion'];
/** Methods that draw random numbers. */
const CHANCE: readonly (Inversion | Editor)[] = ['styleDiffusion', 'regularized', 'sdedit'];

export type OptionName = keyof EditOptions | keyof InversionOptions | keyof StyleOptions;

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
  const method = inversion.method ?? METHOD_OF_MODE[inversion.mode ?? 'careful'];
  const editors = EDITORS_HEEDING[option as keyof EditOptions];
  if (edit !== undefined && editors?.includes(edit.editor) === false) return 'editor';
  if (INVERSIONS_HEEDING[option as keyof InversionOptions]?.includes(method) === false) return 'inversion';
  const isThere: Readonly<Record<Exclude<Need, 'editor' | 'inversion'>, boolean>> = {
    learning: LEARNING.includes(method),
    chance: CHANCE.includes(method) || (edit !== undefined && CHANCE.includes(edit.editor)),
    mask: chosen.masked === true,
    blend: edit?.blend !== undefined,
    subtract: edit?.subtract !== undefined,
    norm: inversion.proximalNorm !== 'none',
    bothWords: style?.words === 'both',
  };
  const need = NEEDS[option];
  return need === undefined || isThere[need] ? null : need;
}
