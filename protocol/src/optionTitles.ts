/**
 * @file What options are called in a form, for people; their names in scripts and papers are the keys. Every option has one,
 * or the compiler asks for it.
 */

import type { EditOptions, InversionOptions, StyleOptions } from './options.ts';

type TitledOption = keyof EditOptions | keyof InversionOptions | keyof StyleOptions;

export const OPTION_TITLES: Readonly<Record<TitledOption, string>> = {
  mode: 'Pace',
  method: 'Method of learning',
  recipe: 'Recipe',
  steps: 'Steps',
  guidance: 'Weight of the words',
  learn: 'What is learned',
  innerSteps: 'Learning steps',
  earlyStopEpsilon: 'Good enough at',
  attentionLoss: 'Learn where words look',
  seed: 'Seed',
  towardsEmpty: 'Towards no words',
  proximalNorm: 'How differences shrink',
  proximalQuantile: 'What counts as small',
  proximalPull: 'Drawn back to',
  size: 'Working size',

  editor: 'Editor',
  kind: 'How',
  tauV: 'Keep colours and texture',
  tauC: 'Keep layout',
  tauS: 'Keep structure',
  tauU: 'Freedom of shape',
  wordTaus: 'Keep the place of words',
  weights: 'Strength of words',
  blend: 'Only at words',
  blendThreshold: 'Tightness at a word',
  subtract: 'Never at words',
  subtractThreshold: 'Tightness of what stays',
  mutualFromStep: 'Take looks after',
  mutualFromLayer: 'Take looks from layer',
  injectAttention: 'Keep attention until',
  injectFeatures: 'Keep features until',
  negativeAlpha: 'Away from the old words',
  attentionRate: 'Hold on the layout',
  strength: 'How much is drawn anew',
  feather: 'Soft edge',
  context: 'Surroundings',

  words: 'Whose words',
  styleAfter: 'Style after',
  styleStrength: 'How much style',
  contentStrength: 'Keep the content',
  featuresUntil: 'Content’s features until',
  attentionUntil: 'Content’s attention until',
};
