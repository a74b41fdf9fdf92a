import { inversionMethod } from '../declare.ts';
import { attentionLoss, earlyStopEpsilon, innerSteps } from './optimisation.ts';

export const nullText = inversionMethod({
  title: 'Null-text inversion',
  citation:
    'Mokady, Hertz, Aberman, Pritch, Cohen-Or: Null-text Inversion for Editing Real Images using Guided Diffusion Models, CVPR 2023, arXiv 2211.09794',
  learnsWithoutWords: true,
  options: { innerSteps: innerSteps(10), earlyStopEpsilon, attentionLoss: attentionLoss(false) },
});
