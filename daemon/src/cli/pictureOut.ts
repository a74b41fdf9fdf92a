/** @file Where a command puts its picture. */

import { extname } from 'node:path';
import { PalimpsestError } from '@palimpsest/protocol';
import { requireWritable } from '../runtime/writeFile.ts';

/** Names that promise another format than the PNG that we write. */
const OTHER_FORMATS: ReadonlySet<string> = new Set(
  'jpg jpeg jpe webp tif tiff avif heic gif bmp psd svg pdf'.split(' ').map((name) => `.${name}`),
);

/**
 * Checks `--out` before long work starts.
 *
 * @throws {PalimpsestError} OPTION_INVALID when the name promises another format, WRITE_FAILED when it cannot be written.
 */
export async function requirePictureOut(out: string): Promise<void> {
  const extension = extname(out);
  if (OTHER_FORMATS.has(extension.toLowerCase())) {
    const better = `${out.slice(0, -extension.length)}.png`;
    throw new PalimpsestError('OPTION_INVALID', `--out: the result is a PNG. Name it ${better}, say.`);
  }
  await requireWritable(out);
}
