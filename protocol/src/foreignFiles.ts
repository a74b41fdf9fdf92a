/**
 * @file What a file really is that somebody took for a picture, told by its first bytes, and what to do about it: it is no
 * picture, or one of a format that Palimpsest does not read.
 */

export interface FileFault {
  /** What it is, as in "FILE is a web page". */
  readonly what: string;
  readonly advice: string;
}

/** Texts that failed downloads leave in place of the file, by how they begin. */
const IN_PLACE: readonly (readonly [RegExp, FileFault])[] = [
  [
    // Older pointers name the project's former names.
    /^version https?:\/\/(git-lfs|hawser|git-media)\b/,
    {
      what: 'a pointer of Git LFS, not the file itself',
      advice: 'Run "git lfs pull" in its repository, or download the file itself.',
    },
  ],
  [
    /^\s*(<!--.*?-->\s*)?(<\?xml[^>]*>\s*)?<(!DOCTYPE html|html|head|body|title)\b/is,
    {
      what: 'a web page, not the file itself',
      advice: 'Download the file itself: its page may ask to sign in or to agree to terms first.',
    },
  ],
];

const EXPORT = 'Export it as a PNG.';
const DEVELOP = 'Develop it into a JPEG or PNG.';

/** By how they begin, as text with one letter for each byte. Nothing is called here, so that bundlers can drop it. */
const BEGINNINGS: readonly (readonly [string | RegExp, FileFault])[] = [
  ['\xff\x0a', { what: 'a JPEG XL', advice: EXPORT }],
  ['\0\0\0\x0cJXL ', { what: 'a JPEG XL', advice: EXPORT }],
  ['\0\0\0\x0cjP  ', { what: 'a JPEG 2000', advice: EXPORT }],
  ['\xff\x4f\xff\x51', { what: 'a JPEG 2000', advice: EXPORT }],
  [
    '8BPS',
    { what: 'a Photoshop document', advice: 'Open it in Photoshop or Photopea and export it as a PNG.' },
  ],
  ['gimp xcf', { what: 'a GIMP document', advice: 'Open it in GIMP and export it as a PNG.' }],
  ['%PDF-', { what: 'a PDF', advice: 'Export the page as a PNG.' }],
  ['%!PS', { what: 'a PostScript drawing', advice: EXPORT }],
  ['\xc5\xd0\xd3\xc6', { what: 'a PostScript drawing', advice: EXPORT }],
  ['v/1\x01', { what: 'an OpenEXR picture', advice: EXPORT }],
  ['#?RADIANCE', { what: 'a Radiance HDR picture', advice: EXPORT }],
  ['FUJIFILMCCD-RAW', { what: 'a raw picture of a camera', advice: DEVELOP }],
  [/^.{4}ftypcrx /s, { what: 'a raw picture of a camera', advice: DEVELOP }],
  [
    /^.{4}ftyp(qt {2}|isom|iso\d|mp4\d|M4V )/s,
    { what: 'a video', advice: 'Save one of its frames as a PNG.' },
  ],
  ['PK\x03\x04', { what: 'an archive', advice: 'Unpack it, and take the picture in it.' }],
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
const HEIC_BRANDS: readonly string[] = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'];

/** How many bytes have to be seen. */
const MOST = 1024;

/** What the first bytes say of a file, of any sort, whose download went wrong. */
export function downloadFault(start: Uint8Array): FileFault | null {
  const text = lettersOf(start);
  return IN_PLACE.find(([begins]) => begins.test(text))?.[1] ?? null;
}

/** What a file is that is not decoded; undefined where its first bytes say nothing. */
export function otherFormat(bytes: Uint8Array): FileFault | undefined {
  if (bytes.length === 0) return { what: 'an empty file', advice: 'Download it, or export it, again.' };
  const fault = downloadFault(bytes);
  if (fault !== null) return fault;
  const text = lettersOf(bytes);
  const format = isHeic(bytes, text) ? HEIC : formatOf(text);
  return format && { ...format, what: `${format.what}, which Palimpsest does not read` };
}

const formatOf = (text: string): FileFault | undefined =>
  BEGINNINGS.find(([begins]) =>
    typeof begins === 'string' ? text.startsWith(begins) : begins.test(text),
  )?.[1];

/** The brands that a file of that family names: its own, and those that it is compatible with. */
function isHeic(bytes: Uint8Array, text: string): boolean {
  if (text.slice(4, 8) !== 'ftyp') return false;
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const end = Math.min(size, text.length);
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  return brands.some((brand) => HEIC_BRANDS.includes(brand)) && !brands.includes('avif');
}

/** The beginning as text with one letter for each byte, without the byte order mark that texts may begin with. */
const lettersOf = (bytes: Uint8Array): string =>
  String.fromCharCode(...bytes.subarray(0, MOST)).replace(/^\xef\xbb\xbf/, '');
