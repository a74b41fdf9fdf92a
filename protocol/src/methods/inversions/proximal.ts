import * as z from 'zod/mini';
import { inversionMethod } from '../declare.ts';
import { option, share } from '../ownOption.ts';
import { negativePrompt } from './negativePrompt.ts';

export const proximal = inversionMethod({
  title: 'Proximal negative-prompt inversion (ProxNPI)',
  citation:
    'Han, Wen, Chen, Zhu, Song, Ren, Gao, Stathopoulos, He, Chen, Liu, Metaxas: ProxEdit: Improving Tuning-Free Real Image Editing with Proximal Guidance, WACV 2024, arXiv 2306.05414',
  options: {
    ...negativePrompt.options,
    proximalNorm: option(
      'How differences shrink',
      'how small differences shrink',
      z.enum(['none', 'l0', 'l1']),
      'l0',
    ),
    proximalQuantile: share('What counts as small', 'the part of the differences that counts as small', 0.7),
    proximalPull: option(
      'Drawn back to',
      'what the unchanged parts are drawn to in the last steps',
      z.enum(['none', 'picture', 'trajectory']),
      'trajectory',
    ),
  },
});
