import * as z from 'zod/mini';
import { editMethod } from '../declareEditor.ts';
import { gate, option } from '../ownOption.ts';
import { localBlend, tauV } from './sharedOptions.ts';

export const masaCtrl = editMethod({
  title: 'MasaCtrl',
  citation:
    'Cao, Wang, Qi, Shan, Qie, Zheng: MasaCtrl: Tuning-Free Mutual Self-Attention Control for Consistent Image Synthesis and Editing, ICCV 2023, arXiv 2304.08465',
  options: {
    tauV,
    mutualFromStep: gate(
      'Take looks after',
      'the part of the steps after which the new picture takes its look from the old one',
      0.08,
    ),
    mutualFromLayer: option(
      'Take looks from layer',
      "the first transformer that takes it; default: the first on the way up at half the latent's side",
      z.int().check(z.minimum(0), z.maximum(100)),
    ),
    ...localBlend,
  },
});
