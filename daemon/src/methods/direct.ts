/** @file Direct inversion ("PnP inversion", Ju et al. 2024): the source branch is put back on the trajectory after each step. */

import { DDIM } from './ddim.ts';
import type { InversionMethod } from './inversion.ts';

export const DIRECT: InversionMethod<'direct'> = {
  ...DDIM,
  idea: 'Learns nothing; where the sampled source strays from the trajectory, it is put back, so that the target follows the true picture.',
  // The offset that the paper adds leads exactly onto z*_{t-1}, so it is taken instead.
  path: async (...given) => ({ ...(await DDIM.path(...given)), correctsSource: true }),
};
