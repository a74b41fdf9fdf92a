/** @file Masks that let nothing change, as when a selection lies beside the layer. */

import { maskValue } from '@palimpsest/protocol';
import { decodePng } from './png.ts';

/** Whether a mask is black everywhere, or transparent where it is not, as the daemon reads it. */
export async function isBlank(mask: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { rgba } = await decodePng(mask);
  for (let i = 0; i < rgba.length; i += 4) {
    if (maskValue(rgba[i]!, rgba[i + 1]!, rgba[i + 2]!, rgba[i + 3]!) > 0) return false;
  }
  return true;
}
