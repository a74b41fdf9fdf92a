import * as z from 'zod/mini';
import { inversionMethod } from '../declare.ts';
import { option } from '../ownOption.ts';
import { attentionLoss, earlyStopEpsilon, innerSteps } from './optimisation.ts';

export const styleDiffusion = inversionMethod({
  title: 'StyleDiffusion',
  citation:
    'Li, van de Weijer, Hu, Khan, Hou, Wang, Yang: StyleDiffusion: Prompt-Embedding Inversion for Text-Based Editing, 2023, arXiv 2303.15649',
  learnsWords: true,
  isRandom: true,
  options: {
    recipe: option(
      'Recipe',
      "settings of the optimisation: the official code's, or the paper's own",
      z.enum(['official', 'paper']),
      'official',
    ),
    learn: option(
      'What is learned',
      "what is learned: the values' input by a network; the keys', or both (the paper's figure 14); or the values' embedding itself (figure 16)",
      z.enum(['values', 'keys', 'both', 'valueEmbedding']),
      'values',
    ),
    innerSteps: innerSteps(100),
    earlyStopEpsilon,
    attentionLoss: attentionLoss(true),
  },
});
