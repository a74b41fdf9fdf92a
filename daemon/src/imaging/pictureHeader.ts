/** @file A look at a picture from outside, before anything decodes it. */

import { MAX_PICTURE_PIXELS, PalimpsestError } from '@palimpsest/protocol';
import sharp from 'sharp';
import { otherFormat } from './otherFormats.ts';
import { isDeep, requireLargeEnough } from './picture.ts';

export interface PictureHeader {
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/webp';
  readonly width: number;
  readonly height: number;
}

/**
 * What the file says of itself. Only the formats that browsers and editors give are let through, by their first bytes:
 * a drawing that names other files, such as SVG, never gets to a decoder.
 *
 * @throws {PalimpsestError} PICTURE_UNREADABLE, PICTURE_TOO_SMALL, PICTURE_TOO_LARGE
 */
export async function readPictureHeader(bytes: Uint8Array): Promise<PictureHeader> {
  const mediaType = mediaTypeOf(bytes);
  if (mediaType === null) throw unreadable(bytes);
  const { width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw unreadable(bytes, cause);
    });
  requireLargeEnough('The picture', { width, height });
  if (width * height > MAX_PICTURE_PIXELS) {
    throw new PalimpsestError(
      'PICTURE_TOO_LARGE',
      `The picture is ${width} x ${height} pixels; at most ${MAX_PICTURE_PIXELS / 1e6} megapixels can be edited. Crop it, or scale it down.`,
    );
  }
  return { mediaType, width, height };
}

/** Whether a picture that the wire takes has more than the 8 bits a channel that are kept. */
export const isDeepPicture = async (bytes: Uint8Array): Promise<boolean> =>
  isDeep(await sharp(bytes, { limitInputPixels: false }).metadata());

/** By the first bytes, never by a name. */
export function mediaTypeOf(bytes: Uint8Array): PictureHeader['mediaType'] | null {
  const text = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png';
  if (text(0, 3) === '\xff\xd8\xff') return 'image/jpeg';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'image/webp';
  return null;
}

function unreadable(bytes: Uint8Array, cause?: unknown): PalimpsestError {
  const other = otherFormat(bytes);
  const sentence =
    other === undefined
      ? 'This is no picture that can be read. Send a PNG, JPEG or WebP file.'
      : `This is ${other.what}. ${other.advice}`;
  return new PalimpsestError('PICTURE_UNREADABLE', sentence, { cause });
}
