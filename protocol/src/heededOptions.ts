/**
 * @file Which methods heed an option that not all of them do, so that a form can leave the others out. The daemon's tables of
 * methods say the same, and a test holds the two together.
 */

import type { EditOptions, InversionOptions } from './options.ts';

type Editor = EditOptions['editor'];
type Inversion = NonNullable<InversionOptions['method']>;

/** By option; one that is missing here is heeded by all. */
export const EDITORS_HEEDING: Readonly<Partial<Record<keyof EditOptions, readonly Editor[]>>> = {
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
