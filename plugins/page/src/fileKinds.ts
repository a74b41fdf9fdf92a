/** @file What the page says of files that its browser does not open as pictures, by their first bytes. */

import { otherFormat } from '@palimpsest/protocol';

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

/** Whether a file has more bits a channel than browsers give back: an AVIF may; a PNG is handed over as it is. */
export function losesBits(bytes: Uint8Array<ArrayBuffer>): boolean {
  const text = head(bytes);
  // Its decoder's configuration: the third byte has a flag for 10 or 12 bits.
  const at = /^.{4}ftyp/s.test(text) ? text.indexOf('av1C') : -1;
  return at >= 0 && ((bytes[at + 6] ?? 0) & 0x40) !== 0;
}

const head = (bytes: Uint8Array<ArrayBuffer>): string =>
  new TextDecoder('latin1').decode(bytes.subarray(0, HEAD));
