/** @file Layers that have no pixels to edit. */

import { HostError } from '@palimpsest/sdk';
import type { SeenLayer } from './scripts/looking.ts';

/** @throws {HostError} LAYER_UNSUITABLE, saying what to select instead. */
export function refuseWithoutPixels({ sort }: SeenLayer): void {
  if (sort === 'group') {
    throw new HostError(
      'LAYER_UNSUITABLE',
      'This is a folder. Select a layer in it, or convert the folder to a smart object and edit that.',
    );
  }
  if (sort === 'adjustment') {
    throw new HostError(
      'LAYER_UNSUITABLE',
      'This is an adjustment layer and has no pixels of its own. Select the layer that it changes.',
    );
  }
}
