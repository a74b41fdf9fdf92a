/** @file Pictures as files and as pixels. */

import type { LayerPixels, Pixels } from '@palimpsest/sdk';

/** PNG files to pixels and back. */
export interface Pictures {
  decode(png: Uint8Array<ArrayBuffer>): Promise<Pixels>;
  encode(pixels: Pixels): Promise<Uint8Array<ArrayBuffer>>;
}

/** A picture of one colour has no more bytes than this for each pixel, and for its header. */
const PLAIN = 0.02;
const PLAIN_AT_LEAST = 1000;

/** Photopea may not tell an adjustment layer from one of pixels; then there is nothing in its picture. */
export async function isInvisible(
  { png, width, height }: LayerPixels,
  { decode }: Pick<Pictures, 'decode'>,
): Promise<boolean> {
  if (png.length > PLAIN * width * height + PLAIN_AT_LEAST) return false;
  const { rgba } = await decode(png);
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 0) return false;
  return true;
}
