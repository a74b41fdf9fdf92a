/** The daemon's files of the two toys. */

import { DDIM } from '../../../daemon/src/methods/ddim.ts';
import type { Editor, EditRequest } from '../../../daemon/src/methods/editor.ts';
import type { InversionMethod, InversionRequest } from '../../../daemon/src/methods/inversion.ts';
import { stack } from '../../../daemon/src/tensor/tensor.ts';

/** What the toys were given. */
export const given: { inversion?: InversionRequest['options']; edit?: EditRequest['options'] } = {};

export const TOY_WALK: InversionMethod = {
  ...DDIM,
  idea: 'Walks as DDIM does, and says how.',
  storedAs: 'toyWalk',
  invert: (model, request, watch, onTimestep) => {
    given.inversion = request.options;
    return DDIM.invert(model, request, watch, onTimestep);
  },
};

export const TOY_BRUSH: Editor = {
  idea: 'Leaves the picture as it is.',
  branches: ['condTarget'],
  injections: [],
  edit: async function* (_, { path, options }) {
    given.edit = options;
    yield { latents: stack([path.latents[0]!, path.latents[0]!]), maps: new Map() };
  },
};
