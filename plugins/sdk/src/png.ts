/**
 * @file PNG files to pixels and back, without a canvas: so that the host in memory and the conformance suite run
 * anywhere. For tests and small pictures; a host has its editor for this.
 */

import { type PixelSize, PNG_SIGNATURE, sizeOfPng } from './pngSize.ts';

/** 8 bits each of red, green, blue and alpha. */
export interface Pixels extends PixelSize {
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Samples of a pixel, by the colour type of the header; palettes are not among them. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

export async function encodePng({ width, height, rgba }: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 6, 0, 0, 0], 8);
  const rows = new Uint8Array(height * (1 + width * 4));
  for (let y = 0; y < height; y++) {
    rows.set(rgba.subarray(y * width * 4, (y + 1) * width * 4), y * (1 + width * 4) + 1);
  }
  const chunks = [
    Uint8Array.from(PNG_SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', await through(new CompressionStream('deflate'), rows)),
    chunk('IEND', new Uint8Array()),
  ];
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** @throws {RangeError} where the file is no PNG of 8 bits without palette and interlacing. */
export async function decodePng(png: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  const size = sizeOfPng(png);
  if (size === null) throw new RangeError('This is no PNG file.');
  const { width, height } = size;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const [depth, colourType, , , interlaced] = png.subarray(24, 29);
  const channels = CHANNELS[colourType!];
  if (depth !== 8 || channels === undefined || interlaced !== 0) {
    throw new RangeError('Only PNG files of 8 bits without palette and interlacing are read here.');
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (type === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const packed = new Uint8Array(await new Blob(parts).arrayBuffer());
  const samples = unfilter(
    await through(new DecompressionStream('deflate'), packed),
    width,
    height,
    channels,
  );
  return { width, height, rgba: toRgba(samples, channels) };
}

function chunk(type: string, data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(
    [...type].map((letter) => letter.charCodeAt(0)),
    4,
  );
  bytes.set(data, 8);
  let crc = 0xffffffff;
  for (const byte of bytes.subarray(4, 8 + data.length)) {
    crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  }
  view.setUint32(8 + data.length, (crc ^ 0xffffffff) >>> 0);
  return bytes;
}

async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

/** Undoes the filter of each row: the five of the PNG specification, section 9. */
function unfilter(filtered: Uint8Array, width: number, height: number, channels: number): Uint8Array {
  const stride = width * channels;
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (stride + 1)]!;
    if (filter === 0) {
      out.set(filtered.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)), y * stride);
      continue;
    }
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : out[y * stride + x - channels]!;
      const above = y === 0 ? 0 : out[(y - 1) * stride + x]!;
      const corner = x < channels || y === 0 ? 0 : out[(y - 1) * stride + x - channels]!;
      const predicted = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter] ?? 0;
      out[y * stride + x] = filtered[y * (stride + 1) + 1 + x]! + predicted;
    }
  }
  return out;
}

function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function toRgba(samples: Uint8Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray((samples.length / channels) * 4);
  for (let i = 0; i < rgba.length / 4; i++) {
    const at = i * channels;
    const grey = channels < 3;
    rgba[4 * i] = samples[at]!;
    rgba[4 * i + 1] = samples[grey ? at : at + 1]!;
    rgba[4 * i + 2] = samples[grey ? at : at + 2]!;
    rgba[4 * i + 3] = channels % 2 === 1 ? 255 : samples[at + channels - 1]!;
  }
  return rgba;
}
