/** What is kept with a layer comes back as an order that the daemon takes. */

import { METHODS } from '@palimpsest/protocol';
import { readMemory } from '@palimpsest/sdk';
import { expect, it } from 'vitest';

const image = `sha256:${'a'.repeat(64)}`;
const inversion = {
  ...{ mode: 'instant', recipe: 'official', steps: 20, guidance: 7.5, learn: 'keys', innerSteps: 9 },
  ...{ earlyStopEpsilon: 1e-5, seed: 0, towardsEmpty: 0, proximalNorm: 'l0', proximalQuantile: 0.7 },
  proximalPull: 'trajectory',
};
const edit = { editor: 'sdedit', kind: 'auto', tauS: 0.2, weights: [], strength: 0.4, feather: 8 };
const words = { model: 'tiny', source: 'a dog', target: 'a cat' };
const recipe = {
  order: { ...words, inversion, edit, masking: 'none' },
  ...{ image, result: image, seconds: 1, madeAt: 1 },
};

it('of version 0.1.0, without the options that its methods do not heed', () => {
  const memory = readMemory(JSON.stringify({ version: 1, history: [recipe] }));
  const { order } = memory.history[0]!;
  expect(order).toEqual({
    ...words,
    inversion: { mode: 'instant', steps: 20, guidance: 7.5, seed: 0 },
    edit: {
      ...{ editor: 'sdedit', strength: 0.4, feather: 8 },
      ...{ keep: 'original', keepStrength: 0.5, detail: 0 },
    },
    masking: 'none',
  });
  const { masking: _, ...asked } = order as unknown as typeof recipe.order;
  const accepts = (params: object) => METHODS['edits.create'].params.safeParse({ image, ...params }).success;
  expect(accepts(asked)).toBe(true);
  expect(accepts({ ...words, inversion, edit })).toBe(false);
});
