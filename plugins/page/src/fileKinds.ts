/** @file What the page says about files that its browser does not open as pictures, judged by their first bytes. */

import { MIN_PICTURE_SIDE, otherFormat } from '@palimpsest/protocol';
import { type PixelSize, sizeOfPng } from '@palimpsest/sdk';

/** In Latin-1; a dot stands for any byte. Of these the browser, and not Palimpsest, is what cannot read them. */
const KINDS: readonly (readonly [RegExp, kind: string])[] = [
  [/^(II\*\0|MM\0\*)/, 'a TIFF or raw picture'],
  [/^(\xef\xbb\xbf)?\s*<([?!].*<)?svg[\s>]/s, 'an SVG drawing that is damaged'],
];
const HEAD = 4096;

/** Why a file cannot be opened, and what to do. */
export function whyUnreadable(name: string, bytes: Uint8Array<ArrayBuffer>): string {
  const kind = KINDS.find(([mark]) => mark.test(head(bytes)))?.[1];
  if (kind !== undefined)
    return `${name} is ${kind}, which this browser cannot read. Save it as PNG or JPEG, and open that.`;
  const other = otherFormat(bytes);
  if (other !== undefined) return `${name} is ${other.what}. ${other.advice}`;
  return `${name} is no picture, or a damaged one. Open a PNG, JPEG, WebP, AVIF, GIF or SVG file.`;
}

/** What becomes of a file with more than 8 bits a channel; null where it has 8. */
export function aboutBits(name: string, bytes: Uint8Array<ArrayBuffer>): string | null {
  const text = head(bytes);
  // Of an AVIF, its decoder's configuration: the third byte has a flag for 10 or 12 bits.
  const at = /^.{4}ftyp/s.test(text) ? text.indexOf('av1C') : -1;
  const isDeepAvif = at >= 0 && ((bytes[at + 6] ?? 0) & 0x40) !== 0;
  const isDeepPng = sizeOfPng(bytes) !== null && bytes[PNG_DEPTH] === 16;
  return isDeepAvif || isDeepPng
    ? `${name} has more than 8 bits a channel. Results have 8, outside of what changes too.`
    : null;
}

/** In the header of a PNG file. */
const PNG_DEPTH = 24;
/** Of two sides; above it, the shorter one is below the smallest canvas of the usual models. */
const MAX_RATIO = 128;

/** Why a picture of this size cannot be edited well; null where it can. */
export function aboutSize(name: string, { width, height }: PixelSize): string | null {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const size = `${name} is ${width} × ${height} pixels`;
  if (long < MIN_PICTURE_SIDE)
    return `${size}. It needs at least ${MIN_PICTURE_SIDE} along one side to be edited: open a larger picture.`;
  if (long > MAX_RATIO * short)
    return `${size}: so thin a picture cannot be edited well. Open a part of it that is less long.`;
  return null;
}

const head = (bytes: Uint8Array<ArrayBuffer>): string =>
  new TextDecoder('latin1').decode(bytes.subarray(0, HEAD));
