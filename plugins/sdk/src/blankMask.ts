/** @file Masks that let nothing change: a selection may lie beside the layer. */

import { decodePng } from './png.ts';

/** Whether a mask is black everywhere, or transparent where it is not. */
export async function isBlank(mask: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { rgba } = await decodePng(mask);
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i + 3]! > 0 && (rgba[i]! > 0 || rgba[i + 1]! > 0 || rgba[i + 2]! > 0)) return false;
  }
  return true;
}
