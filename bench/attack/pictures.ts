/** @file Pictures that cost more than they look. */

import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** A PNG of noise, which no compression makes smaller: `side` squared times three bytes. */
export async function noise(side: number): Promise<Uint8Array<ArrayBuffer>> {
  const raw = { width: side, height: side, channels: 3 as const };
  return new Uint8Array(
    await sharp(randomBytes(side * side * 3), { raw })
      .png({ compressionLevel: 0 })
      .toBuffer(),
  );
}

const packed = deflateSync(Buffer.alloc(7_900_000, 'x'));

/** A small PNG with texts that unpack to 430 MB; each number gives another file. */
export function packedTexts(number: number): Uint8Array<ArrayBuffer> {
  const header = Buffer.from([0, 0, 0, 64, 0, 0, 0, 64, 8, 0, 0, 0, 0]);
  const texts = Array.from({ length: 55 }, (_, i) =>
    chunk('zTXt', Buffer.concat([Buffer.from(`text${number}-${i}\0\0`), packed])),
  );
  const rows = deflateSync(Buffer.alloc(64 * 65));
  return new Uint8Array(
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', header),
      ...texts,
      chunk('IDAT', rows),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
