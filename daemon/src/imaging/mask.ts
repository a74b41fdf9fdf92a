/** @file Where a picture may change. */

import { maskValue, PalimpsestError, sentence } from '@palimpsest/protocol';
import type { Picture, Size } from './picture.ts';

/** How much of each pixel may change: 0 nothing, 255 all of it. `width * height` bytes, top row first. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A mask from a picture: white is edited, black is kept, nearly so or not; where it is transparent nothing is edited. */
export function maskFromPicture({ width, height, rgb, alpha }: Picture): Mask {
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++)
    data[i] = maskValue(rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!, alpha?.[i] ?? 255);
  return { width, height, data };
}

/**
 * The mask that bounds an edit of a picture.
 *
 * @throws {PalimpsestError} OPTION_INVALID when the two differ in size, or the mask lets nothing change.
 */
export function maskOf(picture: Size, from: Picture): Mask {
  if (from.width !== picture.width || from.height !== picture.height) {
    throw new PalimpsestError(
      'OPTION_INVALID',
      sentence`The mask is ${{ maskWidth: from.width }} x ${{ maskHeight: from.height }} pixels, the picture ${{ width: picture.width }} x ${{ height: picture.height }}: they have to be the same.`,
    );
  }
  const mask = maskFromPicture(from);
  if (mask.data.some((value) => value > 0)) return mask;
  throw new PalimpsestError(
    'OPTION_INVALID',
    'The mask is black everywhere, or transparent, so nothing may change. Paint white where the picture may change.',
  );
}
