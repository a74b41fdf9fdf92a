/** @file Layers that have no pixels to edit. */

import { HostError } from '@palimpsest/sdk';
import type { SeenLayer } from './scripts/looking.ts';

/** @throws {HostError} LAYER_UNSUITABLE, saying what to select instead. */
export function refuseWithoutPixels({ sort }: SeenLayer): void {
  if (sort === 'group') {
    throw new HostError(
      'LAYER_UNSUITABLE',
      'This is a folder. Select a layer in it, or turn the folder into a smart object, which can be edited as one.',
    );
  }
  if (sort === 'adjustment') {
    throw new HostError(
      'LAYER_UNSUITABLE',
      'This is an adjustment layer, which has no pixels of its own. Select the layer that it works on.',
    );
  }
}
