/** @file Sizes of layers, for people. */

import { type EditorHost, type Layer, type PixelSize, pixelSize, workSize } from '@palimpsest/sdk';

/** The size of a layer, and that of the pixels which are edited, where it is another one. */
export function sizeInWords(layer: Layer, host: Pick<EditorHost, 'maxSide'>): string {
  const own = inWords(pixelSize(layer, layer.naturalScale ?? 1));
  const edited = inWords(workSize(layer, host));
  return own === edited ? own : `${own}, edited at ${edited}`;
}

const inWords = ({ width, height }: PixelSize): string => `${width} × ${height}`;
