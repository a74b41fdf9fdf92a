/** @file Files that people take for pictures and that are not decoded: what each is, and how to get a picture from it. */

import { downloadFault, type FileFault } from '../files/fileFault.ts';

const EXPORT = 'Export it as a PNG.';
const AS_PNG = (program: string) => `Open it in ${program} and export it as a PNG.`;

/** By how they begin, as text of one letter a byte. */
const BEGINNINGS: readonly (readonly [string | RegExp, FileFault])[] = [
  ['\xff\x0a', { what: 'a JPEG XL', advice: EXPORT }],
  ['\0\0\0\x0cJXL ', { what: 'a JPEG XL', advice: EXPORT }],
  ['\0\0\0\x0cjP  ', { what: 'a JPEG 2000', advice: EXPORT }],
  ['\xff\x4f\xff\x51', { what: 'a JPEG 2000', advice: EXPORT }],
  ['8BPS', { what: 'a Photoshop document', advice: AS_PNG('Photoshop or Photopea') }],
  ['gimp xcf', { what: 'a GIMP document', advice: AS_PNG('GIMP') }],
  ['%PDF-', { what: 'a PDF', advice: 'Export the page as a PNG.' }],
  ['%!PS', { what: 'a PostScript drawing', advice: EXPORT }],
  ['\xc5\xd0\xd3\xc6', { what: 'a PostScript drawing', advice: EXPORT }],
  ['v/1\x01', { what: 'an OpenEXR picture', advice: EXPORT }],
  ['#?RADIANCE', { what: 'a Radiance HDR picture', advice: EXPORT }],
  ['\0\0\x01\0', { what: 'an icon', advice: EXPORT }],
  [/^BM.{4}\0{4}/s, { what: 'a BMP', advice: 'Save it as a PNG.' }],
  [
    /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/s,
    { what: 'an SVG drawing', advice: EXPORT },
  ],
];

const HEIC: FileFault = {
  what: 'a HEIC picture, as iPhones take them',
  advice:
    'Export it as a JPEG: Preview on a Mac and Photos on Windows do that, and under Settings - Camera - Formats, "Most Compatible" lets the phone take JPEGs.',
};
/** Brands of files whose pictures are coded as HEVC. */
const HEIC_BRANDS: ReadonlySet<string> = new Set('heic heix heim heis hevc hevx hevm hevs'.split(' '));

/** As much as has to be seen. */
const MOST = 1024;

/** What a file is that is not decoded; undefined where its first bytes say nothing. */
export function otherFormat(bytes: Uint8Array): FileFault | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MOST));
  // Texts may begin with a byte order mark.
  const text = start.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  const fault = downloadFault(start);
  if (fault !== null) return fault;
  const format = isHeic(start, text) ? HEIC : formatOf(text);
  return format && { ...format, what: `${format.what}, which Palimpsest does not read` };
}

const formatOf = (text: string): FileFault | undefined =>
  BEGINNINGS.find(([begins]) =>
    typeof begins === 'string' ? text.startsWith(begins) : begins.test(text),
  )?.[1];

/** The brands that a file of that family names: its own, and those that it is compatible with. */
function isHeic(start: Buffer, text: string): boolean {
  if (text.slice(4, 8) !== 'ftyp') return false;
  const end = Math.min(start.readUInt32BE(0), start.length);
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  return brands.some((brand) => HEIC_BRANDS.has(brand)) && !brands.includes('avif');
}
