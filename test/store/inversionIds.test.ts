/** Inversions that version 0.1.0 stored are still found: the ids are those that it gave. */

import { InversionOptions } from '@palimpsest/protocol';
import { expect, it } from 'vitest';
import { resolveInversion } from '../../daemon/src/methods/inversions.ts';
import { inversionId } from '../../daemon/src/store/inversion.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';

const canvas = tensor(
  [1, 3, 2, 2],
  Array.from({ length: 12 }, (_, i) => i / 12),
);
/** What `ddim` walks, under the name that it was first kept by. */
const WALK = 'acf6d7d426971c4473fca6423b8e82049e3cfc46133d5631f7d2e4740688065b';

it.each<[Partial<InversionOptions>, string]>([
  [{}, 'f716c344d9f7bd7e71954016d1815ff94b8b3a7dab920af70f459847b6e9b0f5'],
  [
    {
      ...{ recipe: 'paper', learn: 'keys', innerSteps: 7, earlyStopEpsilon: 0.001, attentionLoss: false },
      ...{ seed: 3, size: 512, steps: 20, guidance: 4 },
    },
    '661fead0fd8d86710de9f2e3abdbe1e1ab7fa8b47cb1126128f51fdbdf060e6a',
  ],
  [{ method: 'nullText' }, '085ffc4c3ccc447b8935b063f3f84da74d9964ced0a603b950d05389431a6f81'],
  [
    { method: 'nullText', innerSteps: 5, attentionLoss: true, steps: 12, size: 256 },
    'ebe2fd8b618697018283fbd3d7f5be52c950ef8fd2267d7096cfa798f8b5747e',
  ],
  [{ mode: 'instant' }, WALK],
  [{ method: 'direct' }, WALK],
  [{ method: 'negativePrompt', towardsEmpty: 0.5 }, WALK],
  [{ method: 'proximal', proximalNorm: 'l1' }, WALK],
  [{ method: 'ddim', guidance: 5 }, WALK],
  [{ method: 'regularized', seed: 7 }, '6337d81f6ad3545be9f4ff4af49d708aff5768cbbc1da9431416acd37dba8872'],
])('%j', (options, id) => {
  const resolved = resolveInversion(InversionOptions.parse(options));
  expect(inversionId({ canvas, prompt: 'a dog', options: resolved, model: 'model' })).toBe(id);
});
