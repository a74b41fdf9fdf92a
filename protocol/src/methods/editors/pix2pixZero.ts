import * as z from 'zod/mini';
import { editMethod } from '../declareEditor.ts';
import { option } from '../ownOption.ts';

const ONE_PROMPT = 'it has the source prompt in the unconditional branch, and moves the latents by itself.';

export const pix2pixZero = editMethod({
  title: 'pix2pix-zero',
  citation:
    'Parmar, Singh, Zhang, Li, Lu, Zhu: Zero-shot Image-to-Image Translation, SIGGRAPH 2023, arXiv 2302.03027',
  notOn: {
    styleDiffusion: ONE_PROMPT,
    nullText: ONE_PROMPT,
    negativePrompt: ONE_PROMPT,
    proximal: ONE_PROMPT,
  },
  options: {
    attentionRate: option(
      'Hold on the layout',
      'how strongly the layout is held',
      z.number().check(z.minimum(0), z.maximum(10)),
      0.1,
    ),
  },
});
