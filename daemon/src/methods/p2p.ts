/** @file Prompt-to-Prompt (Hertz et al. 2023): P2Plus whose unconditional branch takes nothing from the source. */

import type { Editor } from './editor.ts';
import { P2PLUS, p2plus } from './p2plus.ts';

export const P2P: Editor<'p2p'> = {
  ...P2PLUS,
  idea: 'Words keep the places that they have in the source, by its cross- and self-attention maps.',
  edit: (model, { options, ...request }, watch) => {
    const { tauV, tauS } = options;
    return p2plus(model, { ...request, taus: { values: tauV, self: tauS, unconditionalSelf: 0 } }, watch);
  },
};
