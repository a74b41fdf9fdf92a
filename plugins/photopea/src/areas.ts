/**
 * @file The selection that an edit was bounded by. Its result comes blended with the source already; as a layer with a
 * mask it has to be what shows through that mask, or the soft edge would count twice.
 */

import type { Pixels } from '@palimpsest/sdk';

/** A selection as it was when an edit was sent off, in the pixels of the export. */
export interface Area {
  /** What was exported. */
  readonly before: Uint8Array<ArrayBuffer>;
  /** Black where nothing was selected, white where all was. */
  readonly grey: Uint8Array<ArrayBuffer>;
  /** White, as opaque as the selection was strong: what Photopea can make a layer mask of. */
  readonly white: Uint8Array<ArrayBuffer>;
}

/**
 * The layer that, seen through the mask over the source, looks as the result: (result - (1 - m) before) / m. null where
 * the result differs outside of the mask: it was made with another one.
 */
export function throughMask(result: Pixels, before: Pixels, grey: Pixels): Pixels | null {
  const sizes = [before, grey].every(
    ({ width, height }) => width === result.width && height === result.height,
  );
  if (!sizes) return null;
  const rgba = new Uint8ClampedArray(result.rgba);
  for (let i = 0; i < rgba.length; i += 4) {
    const m = grey.rgba[i]! / 255;
    if (m === 1) continue;
    for (let k = i; k < i + 3; k++) {
      const is = result.rgba[k]!;
      const was = before.rgba[k]!;
      if (m === 0 && is !== was && before.rgba[i + 3] === 255) return null;
      if (m > 0) rgba[k] = Math.round((is - (1 - m) * was) / m);
    }
  }
  return { ...result, rgba };
}
