/** @file Where a command puts its picture. */

import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { requireWritable } from '../files/destination.ts';

/** Names that promise another format than the PNG that we write. */
const OTHER_FORMATS: ReadonlySet<string> = new Set(
  (
    'jpg jpeg jpe jfif jif pjpeg pjp webp tif tiff avif avifs heic heics heif heifs hif jxl jp2 j2k jpx jxr gif bmp dib ' +
    'tga ico psd psb xcf kra svg svgz eps pdf exr hdr dng safetensors'
  )
    .split(' ')
    .map((name) => `.${name}`),
);

/**
 * Checks `--out` before long work starts.
 *
 * @param inputs files that the work is about.
 * @throws {PalimpsestError} OPTION_INVALID when it is empty, the name promises another format, or is an input's;
 *   WRITE_FAILED or DISK_FULL when it cannot be written.
 */
export async function requirePictureOut(out: string, inputs: readonly string[] = []): Promise<void> {
  if (out === '') {
    throw new PalimpsestError(
      'OPTION_INVALID',
      sentence`${{ flag: '--out' }} is empty. Name a file, such as edited.png.`,
    );
  }
  const extension = extname(out);
  if (OTHER_FORMATS.has(extension.toLowerCase())) {
    const better = `${out.slice(0, -extension.length)}.png`;
    throw new PalimpsestError(
      'OPTION_INVALID',
      sentence`${{ flag: '--out' }}: the result is a PNG. Name it ${{ better: place(better) }}, say.`,
    );
  }
  for (const input of inputs) {
    if (await isSameFile(out, input)) {
      throw new PalimpsestError(
        'OPTION_INVALID',
        sentence`${{ flag: '--out' }}: that is ${{ file: place(input) }} itself. Name another file, so that the original stays.`,
      );
    }
  }
  await requireWritable(out);
}

/** Whether two paths lead to one file, by whatever links. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  try {
    const [a, b] = [await stat(one), await stat(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    // One of them is not there.
    return false;
  }
}
