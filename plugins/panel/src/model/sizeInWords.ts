/** @file Sizes of layers, for people. */

import { type Layer, pixelSize } from '@palimpsest/sdk';

/** The size of a layer's pixels. */
export function sizeInWords(layer: Layer): string {
  const { width, height } = pixelSize(layer, layer.naturalScale ?? 1);
  return `${width} × ${height}`;
}
