/** @file Files that browsers do not read as pictures, by their first bytes. */

/** In Latin-1; a dot stands for any byte. */
const KINDS: readonly (readonly [RegExp, kind: string])[] = [
  [/^....ftyp(hei|hev|mif1|msf1)/s, 'a HEIC picture, as iPhones take them'],
  [/^(II\*\0|MM\0\*)/, 'a TIFF or raw picture'],
  [/^8BPS/, 'a Photoshop document'],
  [/^%PDF/, 'a PDF document'],
  [/^(\xef\xbb\xbf)?\s*<([?!].*<)?svg[\s>]/s, 'an SVG drawing that is damaged'],
];
const HEAD = 4096;

/** Why a file cannot be opened, and what to do. */
export function whyUnreadable(bytes: Uint8Array<ArrayBuffer>): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, HEAD));
  const kind = KINDS.find(([mark]) => mark.test(head))?.[1];
  return kind === undefined
    ? 'That is no picture, or a damaged one. Open a PNG, JPEG, WebP, AVIF, GIF or SVG file.'
    : `That is ${kind}, which this browser cannot read. Save it as PNG or JPEG, and open that.`;
}
