/** @file At which scale a layer is exported. */

import { MAX_PICTURE_PIXELS } from '@palimpsest/protocol';
import type { EditorHost } from './editorHost.ts';
import type { Layer } from './hostData.ts';
import type { PixelSize } from './pngSize.ts';

/** What can be drawn at any scale is exported with this longer side: enough for any model that we know. */
const DRAWN_SIDE = 1024;

/**
 * Pixels for each unit: all that the layer has, as far as the editor can place and the daemon can take them.
 */
export function exportScale(
  { width, height, naturalScale }: Pick<Layer, 'width' | 'height' | 'naturalScale'>,
  { maxSide }: Pick<EditorHost, 'maxSide'>,
): number {
  const longer = Math.max(width, height);
  const wanted = naturalScale ?? DRAWN_SIDE / longer;
  const limits = [maxSide / longer, Math.sqrt(MAX_PICTURE_PIXELS / (width * height))];
  let scale = Math.min(wanted, ...limits);
  // Both sides may be rounded up.
  while (area(pixelSize({ width, height }, scale)) > MAX_PICTURE_PIXELS) scale -= 0.5 / longer;
  return scale;
}

const area = ({ width, height }: PixelSize): number => width * height;

/** The size of a box at a scale, as the contract rounds it. */
export const pixelSize = ({ width, height }: Pick<Layer, 'width' | 'height'>, scale: number): PixelSize => ({
  width: Math.max(1, Math.round(width * scale)),
  height: Math.max(1, Math.round(height * scale)),
});
