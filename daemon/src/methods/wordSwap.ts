/** @file DDIM with word swap: the inverted latent, sampled with the new words; the baseline of pix2pix-zero's paper. */

import { tensor } from '../tensor/tensor.ts';
import type { Editor } from './editor.ts';
import { sideBySide } from './sideBySide.ts';

export const WORD_SWAP: Editor<'wordSwap'> = {
  idea: 'Samples the inverted picture with the new words, and takes nothing else from it.',
  branches: ['uncondTarget', 'condTarget'],
  injections: ['learned contexts'],
  edit: (model, { options, ...request }, watch) => {
    const tokens = request.target.shape[1]!;
    const own = tensor([tokens], new Float32Array(tokens).fill(1));
    const nothing = {
      selfReplacement: { unconditional: false, conditional: false },
      mapper: tensor([tokens, tokens]),
      own,
    };
    return sideBySide(model, { ...request, tauV: options.tauV, control: () => nothing }, watch);
  },
};
