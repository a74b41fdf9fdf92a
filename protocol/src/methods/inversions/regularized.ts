import { inversionMethod } from '../declare.ts';

export const regularized = inversionMethod({
  title: "pix2pix-zero's inversion",
  citation:
    'Parmar, Singh, Zhang, Li, Lu, Zhu: Zero-shot Image-to-Image Translation, SIGGRAPH 2023, arXiv 2302.03027',
  isRandom: true,
  // Its walk leaves out the first and the last.
  fewestSteps: 3,
  options: {},
});
