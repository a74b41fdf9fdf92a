/**
 * @file A look at a picture from outside, before anything decodes it: at its first bytes only. A library that reads the
 * header would unpack texts and profiles on the way, which can be a thousand times as long as the file.
 */

import { MAX_PICTURE_PIXELS, otherFormat, ours, PalimpsestError, sentence } from '@palimpsest/protocol';
import { pictureNamed, requireLargeEnough } from './picture.ts';

export interface PictureHeader {
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/webp';
  readonly width: number;
  readonly height: number;
}

type Side = Pick<PictureHeader, 'width' | 'height'>;

/**
 * What the file says of itself. Only the formats that browsers and editors give are let through, by their first bytes:
 * a drawing that names other files, such as SVG, never gets to a decoder.
 *
 * @throws {PalimpsestError} PICTURE_UNREADABLE, PICTURE_TOO_SMALL, PICTURE_TOO_LARGE
 */
export function readPictureHeader(bytes: Uint8Array): PictureHeader {
  const mediaType = mediaTypeOf(bytes);
  const side =
    mediaType === null ? null : READERS[mediaType](Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  if (mediaType === null || side === null || side.width === 0 || side.height === 0) throw unreadable(bytes);
  const { width, height } = side;
  const picture = pictureNamed('image');
  requireLargeEnough(picture, { width, height });
  if (width * height > MAX_PICTURE_PIXELS) {
    throw new PalimpsestError(
      'PICTURE_TOO_LARGE',
      sentence`${{ picture }} is ${{ width }} x ${{ height }} pixels; at most ${{ most: MAX_PICTURE_PIXELS / 1e6 }} megapixels can be edited. Crop it, or scale it down.`,
    );
  }
  return { mediaType, width, height };
}

/** By the first bytes, never by a name. */
export function mediaTypeOf(bytes: Uint8Array): PictureHeader['mediaType'] | null {
  const text = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png';
  if (text(0, 3) === '\xff\xd8\xff') return 'image/jpeg';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'image/webp';
  return null;
}

function unreadable(bytes: Uint8Array): PalimpsestError {
  const picture = pictureNamed('image');
  const other = otherFormat(bytes);
  return new PalimpsestError(
    'PICTURE_UNREADABLE',
    other === undefined
      ? sentence`${{ picture }} is no PNG, JPEG or WebP file that can be read. Send one of these.`
      : sentence`${{ picture }} is ${{ what: ours(other.what) }}. ${{ advice: ours(other.advice) }}`,
  );
}

/** The size of a picture, or null where its header is cut off or none. */
const READERS: Readonly<Record<PictureHeader['mediaType'], (file: Buffer) => Side | null>> = {
  'image/png': (file) =>
    file.length < 33 || nameAt(file, 12) !== 'IHDR'
      ? null
      : { width: file.readUInt32BE(16), height: file.readUInt32BE(20) },
  'image/jpeg': readJpeg,
  'image/webp': readWebP,
};

/** On the way to a JPEG's frame: cameras write dozens of segments before it, editors hundreds. */
const MAX_STEPS = 10_000;

/** Segments follow each other until one tells the frame's size; pixels come after it. */
function readJpeg(file: Buffer): Side | null {
  let at = 2;
  for (let step = 0; step < MAX_STEPS && at + 9 <= file.length; step++) {
    if (file[at] !== 0xff) return null;
    const marker = file[at + 1]!;
    // A frame of any kind; three of these numbers are tables.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: file.readUInt16BE(at + 7), height: file.readUInt16BE(at + 5) };
    const isFill = marker === 0xff;
    const standsAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (isFill) at += 1;
    else if (standsAlone) at += 2;
    else if (marker === 0xd9 || marker === 0xda || file.readUInt16BE(at + 2) < 2) return null;
    else at += 2 + file.readUInt16BE(at + 2);
  }
  return null;
}

/** The first of its chunks tells the size, in one of three ways. */
function readWebP(file: Buffer): Side | null {
  if (file.length < 30) return null;
  switch (nameAt(file, 12)) {
    case 'VP8 ':
      return file.readUIntBE(23, 3) !== 0x9d012a
        ? null
        : { width: file.readUInt16LE(26) & 0x3fff, height: file.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = file.readUInt32LE(21);
      return file[20] !== 0x2f ? null : { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: file.readUIntLE(24, 3) + 1, height: file.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
}

const nameAt = (file: Buffer, offset: number): string => file.toString('latin1', offset, offset + 4);
