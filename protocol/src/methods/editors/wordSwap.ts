import { editMethod } from '../declareEditor.ts';
import { tauV } from './sharedOptions.ts';

export const wordSwap = editMethod({
  title: 'DDIM with word swap',
  citation:
    'Parmar, Singh, Zhang, Li, Lu, Zhu: Zero-shot Image-to-Image Translation, SIGGRAPH 2023, arXiv 2302.03027',
  options: { tauV },
});
