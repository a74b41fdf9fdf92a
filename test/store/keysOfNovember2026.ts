/** Keys as they were made in November 2026, for keysOnDisk.test.ts. */

import type { InversionOptions } from '@palimpsest/protocol';

/** Of the golden model. */
export const MODEL_FINGERPRINT = '8fa50cc7d6ceffa535959b981d845ea39b27aa8ac765872b394755fbe0411d23';

/** By what was asked. */
export const IDS: readonly (readonly [Partial<InversionOptions>, string])[] = [
  [{}, '205af267c72f7702addf669b7dea90443d4adbb9e3fd6bc69a2492d3495df5b1'],
  [{ mode: 'instant' }, '037c4f4f700022cda203e64fc5afdcb92791f14130f6c20a80cae811bc48d5fb'],
  [{ method: 'direct', size: 512 }, '57287024810df436176e9082c2f047309b1cb7c8ac1042d8d8d41e2c81939bc3'],
  [{ method: 'ddim' }, '037c4f4f700022cda203e64fc5afdcb92791f14130f6c20a80cae811bc48d5fb'],
  [
    { method: 'negativePrompt', towardsEmpty: 0.5 },
    '037c4f4f700022cda203e64fc5afdcb92791f14130f6c20a80cae811bc48d5fb',
  ],
  [
    { method: 'proximal', proximalNorm: 'l1' },
    '037c4f4f700022cda203e64fc5afdcb92791f14130f6c20a80cae811bc48d5fb',
  ],
  [{ method: 'regularized', seed: 7 }, '4af6669760184699ee1901c54d840ddaef3f47e70e6cd03d5cf35bb69b613c62'],
  [
    { method: 'nullText', innerSteps: 5, guidance: 5 },
    'e8564d4696ba33a86a3a5c06dc6b8e5b38c9f92f11864399e198a1d4d478f413',
  ],
  [
    { method: 'styleDiffusion', recipe: 'paper', learn: 'both', steps: 50, attentionLoss: false },
    'd30cb15fea004b02250f05109240e6e8a10b273b073c5f1e1402ba46b7ae84ac',
  ],
];

/** Fingerprints of graphs of the golden model, of GRAPH_VERSION 4: with a new version they may all be new. */
export const GRAPHS: readonly string[] = [
  'fe147fdd9623c65d32f19c3fdbec04b9cf842d89f7b27765b4de2a627a778bf5',
  'd77af32b6bfd8c54038dc6a2da56b65466a034f98c0ef9693f91c1245e00f216',
  '69937309e49989674624c1b6f452bd8a95ba0cb18a0d6b2179f25e03bb2927eb',
  '7952a2c7711ab801e7c5d077402007f27e871448c656e56900eac759b03fef48',
  'b19a684275a7436e8ba2367cf0bc8bcf3963f507f85254258bfb3c454193d89d',
  'c255275fe6c4340be7fbd2b752001357bf715dcb0b0dd96f66bc95b3e95bd7d7',
  'f8d8ae5f3c6a429d577ecfb8bd32b6a452110cf1b2dce205daea5904ea7614fa',
  'e529d378313aeb16addd8f8d60b0ef70f4496658f29c6ed869cf6316090be5f7',
  '97ffe8dd1d94197ebcc8dc615033a128796eba57179608ab661d001c74bedf55',
  '011ee80a6a40044c1840eb74b708b7931fb78a9124b9d6f0af7a238e0c4b4570',
  '918168ae4739e74e2749e23b1b09d0202f6fcf0c4262a4c8c421ef6ab7bc9dee',
  '8935cf372cf19bc13fdb31ccfee8aee47509e178afe10c6a5b9ff24e763c3357',
  '591a64b853a21cbd6469d10b0f482374e99d1f8b02074e332856b6047645550f',
  '9a1cfa23e6db91f0fea689e53ed4c9d719b4b1045f92b56ab3594024130518b6',
  'e22dd8c7c74a6ed0bb290a7ac50eda9e4eb088a593c3a54faf1d09f4005abfd6',
  '2275582dc47579e5b6f4b29a0d8f0ea1c2cd68e13a7a868ca0417da91e8f58c0',
  'ff3fec610750fe4a85fce983f8ad66cdfeb56c4970db384893aa5d1586dc8024',
];
