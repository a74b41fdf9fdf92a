/** @file Pictures as 8-bit sRGB pixels, and the way from and to the files that designers have. */

import { open } from 'node:fs/promises';
import { PalimpsestError } from '@palimpsest/protocol';
import sharp, { type Metadata, type Sharp } from 'sharp';
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
}

export interface OwnColours {
  /** The ICC profile. */
  readonly icc: Uint8Array;
  /** As `rgb`, in numbers of that profile. */
  readonly rgb: Uint8Array;
}

/** Below two latent cells there is nothing for a network to see; a line may be as thin as a pixel. */
const MIN_SIDE = 16;

/** Profiles of colours in RGB have a few kilobytes; one with large tables is passed over. */
const MAX_PROFILE_BYTES = 2 ** 20;

/** Photoshop and WebP end near here too; with the other side as long, the pixels alone take 0.8 GB. */
const MAX_SIDE = 16_384;

/** More than MAX_SIDE x MAX_SIDE pixels of 8-bit RGB, uncompressed; reading more than that only fills memory. */
const MAX_FILE_BYTES = 2 ** 30;

/** As the decoder calls them, for 8 and 16 bits. */
const RGB_SPACES: ReadonlySet<string | undefined> = new Set(['srgb', 'rgb', 'rgb16']);

/**
 * 'error' refuses files that end early, and accepts the odd but harmless ones that phones write. The sides are limited by
 * checkHeader, whose message says by how much.
 */
const READING = { failOn: 'error', limitInputPixels: false } as const;

/** SVG and PDF are drawings, which can also name other files; formats outside this list are refused. */
const FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'tiff', 'heif', 'gif']);

/**
 * Decodes a JPEG, PNG, WebP, TIFF, AVIF or GIF (its first frame) to upright 8-bit sRGB.
 *
 * EXIF orientation is applied, 16 bit becomes 8, grey becomes RGB, CMYK and colour profiles become sRGB.
 *
 * @param input the path of a file, or its bytes.
 * @throws {PalimpsestError} PICTURE_UNREADABLE for what is no such picture, or is cut short;
 *   PICTURE_TOO_SMALL and PICTURE_TOO_LARGE, found before any pixel is decoded.
 */
export async function decodePicture(input: string | Uint8Array): Promise<Picture> {
  const name = typeof input === 'string' ? input : 'The picture';
  // Always from bytes: libvips caches what it opened by path, and would miss a changed file.
  const bytes = typeof input === 'string' ? await readBytes(input) : input;
  try {
    const image = sharp(bytes, READING);
    const facts = await image.metadata();
    checkHeader(name, facts);
    // 16 bit with a profile would be processed in Display P3, and its numbers be taken for sRGB's.
    const picture = await decodePixels(facts.space === 'rgb16' ? image.pipelineColourspace('srgb') : image);
    if (!hasOwnColours(facts)) return picture;
    const { rgb } = await decodePixels(sharp(bytes, { ...READING, ignoreIcc: true }));
    return { ...picture, own: { icc: new Uint8Array(facts.icc), rgb } };
  } catch (error) {
    if (error instanceof PalimpsestError) throw error;
    throw unreadable(name, error);
  }
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
export function requireLargeEnough(name: string, { width, height }: Size): void {
  if (Math.max(width, height) >= MIN_SIDE) return;
  throw new PalimpsestError(
    'PICTURE_TOO_SMALL',
    `${name} is ${width} x ${height} pixels; it needs at least ${MIN_SIDE} along one side to be edited. Use a larger picture.`,
  );
}

/** Colours in RGB with a profile. Others, such as those of print, become sRGB for good. */
function hasOwnColours(facts: Metadata): facts is Metadata & { icc: Buffer } {
  const { icc, space } = facts;
  return icc !== undefined && icc.length <= MAX_PROFILE_BYTES && RGB_SPACES.has(space);
}

function checkHeader(name: string, { format, width, height }: Metadata): void {
  if (!FORMATS.has(format)) throw unreadable(name);
  requireLargeEnough(name, { width, height });
  if (width > MAX_SIDE || height > MAX_SIDE) {
    throw new PalimpsestError(
      'PICTURE_TOO_LARGE',
      `${name} is ${width} x ${height} pixels; at most ${MAX_SIDE} a side can be edited. Crop or scale it down first.`,
    );
  }
}

async function decodePixels(image: Sharp): Promise<Picture> {
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
  // Grey comes as one channel, or two with alpha; colour with alpha as four.
  const hasAlpha = channels % 2 === 0;
  const colours = channels - (hasAlpha ? 1 : 0);
  const alpha = hasAlpha ? new Uint8Array(pixels) : undefined;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * channels + Math.min(c, colours - 1)]!;
    if (alpha !== undefined) alpha[i] = data[i * channels + colours]!;
  }
  return { width, height, rgb, alpha };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > MAX_FILE_BYTES) {
        throw new PalimpsestError(
          'PICTURE_TOO_LARGE',
          `${path} has ${size} bytes; at most ${MAX_FILE_BYTES} can be read. Save it compressed, or scale it down.`,
        );
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof PalimpsestError) throw error;
    throw new PalimpsestError(
      'PICTURE_UNREADABLE',
      `Cannot open ${path}. Check that the file exists and can be read.`,
      { cause: error },
    );
  }
}

function unreadable(name: string, cause?: unknown): PalimpsestError {
  // Some decoders report a page of internals; what fits a line helps.
  const reason = cause instanceof Error && !cause.message.includes('\n') ? ` (${cause.message})` : '';
  return new PalimpsestError(
    'PICTURE_UNREADABLE',
    `${name} is no picture that can be read, or is damaged${reason}. Use a JPEG, PNG, WebP, TIFF, AVIF or GIF file.`,
    { cause },
  );
}
