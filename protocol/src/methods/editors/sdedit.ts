import { editMethod } from '../declareEditor.ts';
import { share } from '../ownOption.ts';
import { tauV } from './sharedOptions.ts';

export const sdedit = editMethod({
  title: 'SDEdit',
  citation:
    'Meng, He, Song, Song, Wu, Zhu, Ermon: SDEdit: Guided Image Synthesis and Editing with Stochastic Differential Equations, ICLR 2022, arXiv 2108.01073',
  isRandom: true,
  drawsAnew: true,
  notOn: { proximal: 'it starts from random noise, so there is no trajectory to be drawn back to.' },
  options: {
    tauV,
    strength: share(
      'How much is drawn anew',
      'how much is drawn anew; 0 leaves the picture, 1 forgets it',
      0.8,
    ),
  },
});
