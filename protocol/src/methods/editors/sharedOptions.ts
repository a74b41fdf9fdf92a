/** @file Options that several editors have. */

import { BlendWordPair } from '../../words.ts';
import { gate, option, share } from '../ownOption.ts';

export const tauV = gate(
  'Keep colours and texture',
  'keep colours and texture: the part of the steps with the values learned from the picture',
  0.6,
);

/** Words that bound where an edit acts, by where they look (LocalBlend). */
export const localBlend = {
  blend: option(
    'Only at words',
    'change only where these words look, as OLD:NEW or WORD, separated by commas',
    BlendWordPair,
  ),
  blendThreshold: share('Tightness at a word', 'how sharply blend bounds the change: higher is tighter', 0.3),
  subtract: option(
    'Never at words',
    'never change where these words look, as OLD:NEW or WORD',
    BlendWordPair,
  ),
  subtractThreshold: share(
    'Tightness of what stays',
    'how sharply subtract bounds what is kept: higher keeps less',
    0.3,
  ),
};
