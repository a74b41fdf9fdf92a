/** @file Pictures as 8-bit sRGB pixels, and the way from and to the files that designers have. */

import { open } from 'node:fs/promises';
import {
  foreignMessage,
  MIN_PICTURE_SIDE,
  type Named,
  named,
  otherFormat,
  ours,
  PalimpsestError,
  type Place,
  place,
  type Sentence,
  sentence,
} from '@palimpsest/protocol';
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { extraSamples } from './extraSamples.ts';
import { framesOfPng } from './frames.ts';
import { openPicture } from './openPicture.ts';
import { attachProfile } from './pngProfile.ts';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Interleaved 8-bit sRGB, top row first. Alpha is kept apart: networks see colour, the result gets it back. */
export interface Picture extends Size {
  /** `width * height * 3` bytes. */
  readonly rgb: Uint8Array;
  /** `width * height` bytes, straight (not premultiplied), or undefined for an opaque picture. */
  readonly alpha?: Uint8Array | undefined;
  /** The same colours in the space of the file, where that has a profile; a result is in this space again. */
  readonly own?: OwnColours | undefined;
  /** Whether the file has more than 8 bits a channel, which are lost here. */
  readonly isDeep?: boolean | undefined;
  /** How many pictures the file holds, where this is only the first of several. */
  readonly frames?: number | undefined;
}

export interface OwnColours {
  /** The ICC profile. */
  readonly icc: Uint8Array;
  /** As `rgb`, in numbers of that profile. */
  readonly rgb: Uint8Array;
}

/** Which picture of a request one is, by the name of its param; and what sentences call it. */
const ROLES = { image: 'The picture', mask: 'The mask', style: 'The style picture' } as const;
export type PictureRole = keyof typeof ROLES;

/** What is told of a picture's name: its place, or which it is. */
type PictureName = Named | Place;

export const pictureNamed = (role: PictureRole): Named => named(role, ROLES[role]);

/** What many programs call it. */
const STANDARD_INPUT = '-';

const nameOf = (path: string): PictureName =>
  path === STANDARD_INPUT ? named('standardInput', 'The standard input') : place(path);

/** Profiles of colours in RGB have a few kilobytes; one with large tables is passed over. */
const MAX_PROFILE_BYTES = 2 ** 20;

/** Photoshop and WebP end near here too; with the other side as long, the pixels alone take 0.8 GB. */
const MAX_SIDE = 16_384;

/** More than MAX_SIDE x MAX_SIDE pixels of 8-bit RGB, uncompressed; reading more than that only fills memory. */
const MAX_FILE_BYTES = 2 ** 30;

/** As the decoder calls them, for 8 and 16 bits. */
const RGB_SPACES: ReadonlySet<string | undefined> = new Set(['srgb', 'rgb', 'rgb16']);

/** Of 8-bit RGB with alpha in the largest picture: a TIFF may have many more channels. */
const MAX_DECODED_BYTES = MAX_SIDE ** 2 * 4;

/**
 * 'error' refuses files that end early, and accepts the odd but harmless ones that phones write. Sides and channels are
 * limited by checkHeader, whose message says by how much.
 */
const READING = { failOn: 'error', limitInputPixels: false, limitInputChannels: false } as const;

/** With an end that was put to it, a JPEG whose pixels are not all there only warns. */
const READING_UNENDED = { ...READING, failOn: 'warning' } as const;
const UNENDED = 'premature end of JPEG image';
const JPEG_END = [0xff, 0xd9];

/** SVG and PDF are drawings, which can also name other files; formats outside this list are refused. */
const FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'tiff', 'heif', 'gif']);

/**
 * Decodes a JPEG, PNG, WebP, TIFF, AVIF or GIF (of several frames or pages the first) to upright 8-bit sRGB.
 *
 * EXIF orientation is applied, 16 bit becomes 8, grey becomes RGB, CMYK and colour profiles become sRGB. A JPEG may lack its
 * end marker, as long as its pixels are all there. Channels of a TIFF that are no transparency are left out.
 *
 * @param input the path of a file, "-" for the standard input, or bytes.
 * @param role which picture bytes are.
 * @throws {PalimpsestError} PICTURE_UNREADABLE for what is no such picture, or is cut short;
 *   PICTURE_TOO_SMALL and PICTURE_TOO_LARGE, found before any pixel is decoded.
 */
export async function decodePicture(
  input: string | Uint8Array,
  role: PictureRole = 'image',
): Promise<Picture> {
  const name = typeof input === 'string' ? nameOf(input) : pictureNamed(role);
  // Always from bytes: libvips caches what it opened by path, and would miss a changed file.
  const bytes = typeof input === 'string' ? await readBytes(input) : input;
  try {
    return await decodeBytes(name, bytes, READING).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.includes(UNENDED))) throw error;
      return decodeBytes(name, withEnd(bytes), READING_UNENDED);
    });
  } catch (error) {
    if (error instanceof PalimpsestError) throw error;
    throw unreadable(name, bytes, error);
  }
}

async function decodeBytes(name: PictureName, bytes: Uint8Array, reading: SharpOptions): Promise<Picture> {
  const image = openPicture(bytes, reading);
  const facts = await image.metadata();
  checkHeader(name, bytes, facts);
  const extras = extraSamples(bytes);
  requireReadableAlpha(name, facts, extras);
  // 16 bit with a profile would be processed in Display P3, and its numbers be taken for sRGB's.
  const plain = facts.space === 'rgb16' ? image.pipelineColourspace('srgb') : image;
  const frames = facts.pages ?? framesOfPng(bytes);
  const picture = {
    ...(await decodePixels(plain, extras)),
    ...(isDeep(facts) ? { isDeep: true } : {}),
    ...(frames > 1 ? { frames } : {}),
  };
  if (!hasOwnColours(facts)) return picture;
  const { rgb } = await decodePixels(openPicture(bytes, { ...reading, ignoreIcc: true }), extras);
  return { ...picture, own: { icc: new Uint8Array(facts.icc), rgb } };
}

/** The decoder's way from 16-bit CMYK, and from Lab, to sRGB spoils what lies beyond colour. */
function requireReadableAlpha(name: PictureName, facts: Metadata, extras: readonly boolean[] | null): void {
  const { space = '' } = facts;
  const isSpoilt = space.startsWith('lab') || (space === 'cmyk' && isDeep(facts));
  if (!isSpoilt || !extras?.includes(true)) return;
  throw new PalimpsestError(
    'PICTURE_UNREADABLE',
    sentence`${{ picture: name }} has transparency beside ${{ colours: space === 'cmyk' ? '16-bit CMYK' : 'Lab' }}, which cannot be read. Save it in RGB.`,
  );
}

/** More than the 8 bits a channel that are kept. */
const isDeep = ({ depth }: Pick<Metadata, 'depth'>): boolean => depth !== 'uchar';

function withEnd(jpeg: Uint8Array): Uint8Array {
  // The first half of the marker may be there.
  const rest = jpeg.at(-1) === JPEG_END[0] ? jpeg.subarray(0, -1) : jpeg;
  return Buffer.concat([rest, Buffer.from(JPEG_END)]);
}

/** A picture as a PNG file, with its alpha and its colour profile if it has them. */
export async function encodePng(picture: Picture): Promise<Buffer> {
  const { own } = picture;
  return own === undefined
    ? encodePixels(picture, picture.rgb)
    : attachProfile(await encodePixels(picture, own.rgb), own.icc);
}

function encodePixels({ width, height, alpha }: Picture, rgb: Uint8Array): Promise<Buffer> {
  const colour = sharp(rgb, { raw: { width, height, channels: 3 }, limitInputPixels: false });
  if (alpha === undefined) return colour.png().toBuffer();
  return colour
    .joinChannel(Buffer.from(alpha.buffer, alpha.byteOffset, alpha.length), {
      raw: { width, height, channels: 1 },
    })
    .png()
    .toBuffer();
}

/** @throws {PalimpsestError} PICTURE_TOO_SMALL */
export function requireLargeEnough(name: PictureName, { width, height }: Size): void {
  if (Math.max(width, height) >= MIN_PICTURE_SIDE) return;
  throw new PalimpsestError(
    'PICTURE_TOO_SMALL',
    sentence`${{ picture: name }} is ${{ width }} x ${{ height }} pixels; it needs at least ${{ least: MIN_PICTURE_SIDE }} along one side to be edited. Use a larger picture.`,
  );
}

/** Colours in RGB with a profile. Others, such as those of print, become sRGB for good. */
function hasOwnColours(facts: Metadata): facts is Metadata & { icc: Buffer } {
  const { icc, space } = facts;
  return icc !== undefined && icc.length <= MAX_PROFILE_BYTES && RGB_SPACES.has(space);
}

function checkHeader(
  name: PictureName,
  bytes: Uint8Array,
  { format, width, height, channels }: Metadata,
): void {
  if (!FORMATS.has(format)) throw unreadable(name, bytes);
  requireLargeEnough(name, { width, height });
  if (width > MAX_SIDE || height > MAX_SIDE) {
    throw new PalimpsestError(
      'PICTURE_TOO_LARGE',
      sentence`${{ picture: name }} is ${{ width }} x ${{ height }} pixels; at most ${{ most: MAX_SIDE }} a side can be edited. Crop or scale it down first.`,
    );
  }
  if (width * height * channels > MAX_DECODED_BYTES) {
    throw new PalimpsestError(
      'PICTURE_TOO_LARGE',
      sentence`${{ picture: name }} has ${{ channels }} channels of ${{ width }} x ${{ height }} pixels. Save it without its saved selections and spot colours, or scale it down.`,
    );
  }
}

/** @param extras of a TIFF that says so, which of its channels beyond colour are transparency. */
async function decodePixels(image: Sharp, extras: readonly boolean[] | null): Promise<Picture> {
  const { data, info } = await image
    .autoOrient()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 3)
    return { width, height, rgb: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  const pixels = width * height;
  const rgb = new Uint8Array(pixels * 3);
  // Grey comes as one channel, or as three like colour; alpha and what else there is follow.
  const colours = channels < 3 ? 1 : 3;
  const first = (extras ?? [true]).indexOf(true);
  const alphaAt = first < 0 ? channels : colours + first;
  const alpha = alphaAt < channels ? new Uint8Array(pixels) : undefined;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * channels + Math.min(c, colours - 1)]!;
    if (alpha !== undefined) alpha[i] = data[i * channels + alphaAt]!;
  }
  return { width, height, rgb, alpha };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    if (path === STANDARD_INPUT && !process.stdin.isTTY) {
      const bytes = await collect(path, process.stdin);
      if (bytes.length > 0) return bytes;
      throw new PalimpsestError('PICTURE_UNREADABLE', NOTHING_COMES);
    }
    const file = await open(path, 'r');
    try {
      if ((await file.stat()).isCharacterDevice()) {
        throw new PalimpsestError(
          'PICTURE_UNREADABLE',
          sentence`${{ picture: place(path) }} is a device, which is no picture. Name a file.`,
        );
      }
      return await collect(path, file.createReadStream({ autoClose: false, highWaterMark: 2 ** 20 }));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof PalimpsestError) throw error;
    throw new PalimpsestError('PICTURE_UNREADABLE', whyUnopened(path, error), { cause: error });
  }
}

const NOTHING_COMES = sentence`Nothing comes on the standard input. Let a pipe give a picture, or name a file.`;

function whyUnopened(path: string, error: unknown): Sentence {
  if (path === '') return sentence`The name of a picture is empty. Name a file.`;
  if (path === STANDARD_INPUT) return NOTHING_COMES;
  if (error instanceof Error && 'code' in error && error.code === 'EISDIR') {
    return sentence`${{ picture: place(path) }} is a folder. Name a picture in it.`;
  }
  return sentence`Cannot open ${{ picture: place(path) }}. Check that the file exists and can be read.`;
}

/** All that comes: a pipe does not say how much there is to come. */
async function collect(path: string, stream: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    size += piece.length;
    if (size > MAX_FILE_BYTES) throw tooManyBytes(path);
  }
  return Buffer.concat(pieces);
}

const tooManyBytes = (path: string): PalimpsestError =>
  new PalimpsestError(
    'PICTURE_TOO_LARGE',
    sentence`${{ picture: nameOf(path) }} has more than ${{ most: MAX_FILE_BYTES }} bytes. Save it compressed, or scale it down.`,
  );

function unreadable(name: PictureName, bytes: Uint8Array, cause?: unknown): PalimpsestError {
  const other = otherFormat(bytes);
  if (other !== undefined) {
    const told = sentence`${{ picture: name }} is ${{ what: ours(other.what) }}. ${{ advice: ours(other.advice) }}`;
    return new PalimpsestError('PICTURE_UNREADABLE', told, { cause });
  }
  // Some decoders report a page of internals; what fits a line helps.
  const isShort = cause instanceof Error && !cause.message.includes('\n');
  const why = isShort ? sentence` (${{ reason: foreignMessage(cause) }})` : '';
  return new PalimpsestError(
    'PICTURE_UNREADABLE',
    sentence`${{ picture: name }} is no picture that can be read, or is damaged${{ why }}. Use a JPEG, PNG, WebP, TIFF, AVIF or GIF file.`,
    { cause },
  );
}
