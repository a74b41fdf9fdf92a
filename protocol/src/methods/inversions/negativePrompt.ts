import { inversionMethod } from '../declare.ts';
import { share } from '../ownOption.ts';

export const negativePrompt = inversionMethod({
  title: 'Negative-prompt inversion (NPI)',
  citation:
    'Miyake, Iohara, Saito, Tanaka: Negative-prompt Inversion: Fast Image Inversion for Editing with Text-guided Diffusion Models, 2023, arXiv 2305.16807',
  options: {
    towardsEmpty: share('Towards no words', 'how far the negative prompt goes back to the empty one', 0),
  },
});
