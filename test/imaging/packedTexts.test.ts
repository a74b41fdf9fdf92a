/** What is packed in a picture file beside its pixels is not unpacked, wherever it is decoded. */

import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../daemon/src/imaging/picture.ts';
import { withoutTexts } from '../../daemon/src/imaging/pngTexts.ts';

const HEADER_BYTES = 33;
const image = sharp({ create: { width: 40, height: 20, channels: 3, background: '#c86432' } });
const packed = deflateSync(Buffer.alloc(7_900_000, 'x'));

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

const withChunks = (png: Buffer, chunks: readonly Buffer[]): Buffer =>
  Buffer.concat([png.subarray(0, HEADER_BYTES), ...chunks, png.subarray(HEADER_BYTES)]);

const packedChunk = {
  zTXt: (i: number) => chunk('zTXt', Buffer.concat([Buffer.from(`text${i}\0\0`), packed])),
  iTXt: (i: number) => chunk('iTXt', Buffer.concat([Buffer.from(`text${i}\0\x01\0\0\0`), packed])),
  iCCP: (i: number) => chunk('iCCP', Buffer.concat([Buffer.from(`profile${i}\0\0`), packed])),
};

/** By how much the largest memory of this process grows; in MB. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  const before = process.resourceUsage().maxRSS;
  await work();
  return (process.resourceUsage().maxRSS - before) / 1024;
}

describe.each(Object.entries(packedChunk))('a small PNG with 100 chunks %s of 8 MB each', (_, make) => {
  it('takes the memory of its pixels, and loses none of them', async () => {
    const plain = await image.png().toBuffer();
    const file = withChunks(
      plain,
      Array.from({ length: 100 }, (_, i) => make(i)),
    );
    const { rgb } = await decodePicture(plain);
    expect(await growth(async () => expect((await decodePicture(file)).rgb).toEqual(rgb))).toBeLessThan(100);
  });
});

it('a PNG in millions of pieces takes the memory of its file, twice', async () => {
  const plain = await image.png().toBuffer();
  const pair = Buffer.concat([chunk('IDAT', Buffer.alloc(0)), chunk('tEXt', Buffer.alloc(0))]);
  const file = withChunks(plain, [Buffer.alloc(2_500_000 * pair.length, pair)]);
  const opened = () => Promise.resolve(withoutTexts(file));
  expect(await growth(async () => expect((await opened()).length).toBeLessThan(file.length))).toBeLessThan(
    150,
  );
});

describe('a PNG that is decoded', () => {
  it('keeps its profile, its transparency and the way it is turned', async () => {
    const made = await sharp({
      create: { width: 40, height: 20, channels: 4, background: { r: 200, g: 100, b: 50, alpha: 0.5 } },
    })
      .withMetadata({ orientation: 6 })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const read = await decodePicture(withChunks(made, [packedChunk.zTXt(1)]));
    expect(read).toEqual(await decodePicture(made));
    expect([read.width, read.height]).toEqual([20, 40]);
    expect(read.own?.icc.length).toBeGreaterThan(0);
    expect(read.alpha?.[0]).toBe(128);
  });

  it('with a profile that unpacks without end is read as one without', async () => {
    const endless = chunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), deflateSync(Buffer.alloc(200e6))]));
    const plain = await image.png().toBuffer();
    expect(await decodePicture(withChunks(plain, [endless]))).toEqual(await decodePicture(plain));
  });

  it.each([0.3, 0.6, 0.9])('and is cut off after %s of it, is refused as before', async (part) => {
    const noise = await sharp(Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i * 31) & 255)), {
      raw: { width: 50, height: 20, channels: 3 },
    })
      .png()
      .toBuffer();
    const file = withChunks(noise, [packedChunk.zTXt(1)]);
    const cut = file.subarray(0, Math.floor(file.length * part));
    await expect(decodePicture(cut)).rejects.toMatchObject({
      code: 'PICTURE_UNREADABLE',
      message: expect.not.stringContaining('range'),
    });
  });
});
