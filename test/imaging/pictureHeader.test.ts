/** A picture's header is read from its first bytes, and nothing that is packed in the file is unpacked for it. */

import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPictureHeader } from '../../daemon/src/imaging/pictureHeader.ts';

const image = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 90, b: 30, alpha: 0.5 } } });

const files = {
  'a PNG': image(70, 31).png(),
  'an interlaced PNG': image(71, 40).png({ progressive: true }),
  'a JPEG': image(72, 33).jpeg(),
  'a progressive JPEG': image(73, 34).jpeg({ progressive: true }),
  'a JPEG that was turned, with a profile': image(74, 35).jpeg().withMetadata({ orientation: 6 }),
  'a JPEG of print': image(75, 36).toColourspace('cmyk').jpeg(),
  'a WebP': image(76, 37).webp(),
  'a WebP without loss': image(77, 38).webp({ lossless: true }),
  'a WebP with alpha': image(78, 39, 4).webp(),
};

describe('the header of', () => {
  it.each(Object.entries(files))('%s says its size as the decoder does', async (_, made) => {
    const bytes = await made.toBuffer();
    const { width, height, format } = await sharp(bytes).metadata();
    expect(readPictureHeader(bytes)).toEqual({ mediaType: `image/${format}`, width, height });
  });

  it('a PNG is read without what follows it', async () => {
    const bytes = await image(70, 31).png().toBuffer();
    // Texts that are packed, and damaged: whoever unpacked them would fail.
    const text = Buffer.concat([
      Buffer.from('zTXt'),
      Buffer.from('a\0\0'),
      deflateSync(Buffer.alloc(1e6)).fill(9, 5),
    ]);
    const spoilt = Buffer.concat([bytes.subarray(0, 33), Buffer.from([0, 0, 4, 0]), text]);
    expect(readPictureHeader(spoilt)).toMatchObject({ width: 70, height: 31 });
  });
});

it.each([
  ['fill bytes', [0xff]],
  ['markers', [0xff, 0xd0]],
  ['empty segments', [0xff, 0xe0, 0, 2]],
])(
  'a JPEG with its frame behind millions of %s is refused before they are all looked at',
  async (_, piece) => {
    const bytes = await image(72, 33).jpeg().toBuffer();
    const behind = (count: number) =>
      Buffer.concat([
        bytes.subarray(0, 2),
        Buffer.alloc(count * piece.length, Buffer.from(piece)),
        bytes.subarray(2),
      ]);
    expect(readPictureHeader(behind(1000))).toMatchObject({ width: 72, height: 33 });
    expect(() => readPictureHeader(behind(100_000))).toThrow(
      expect.objectContaining({ code: 'PICTURE_UNREADABLE' }),
    );
  },
);

it('what is no picture, or a damaged one, is refused and never throws anything else', async () => {
  const whole = await Promise.all(Object.values(files).map((file) => file.toBuffer()));
  fc.assert(
    fc.property(
      fc.constantFrom(...whole),
      fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 12 }),
      fc.nat(200),
      (file, changes, length) => {
        const bytes = Uint8Array.from(file.subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        try {
          const { width, height } = readPictureHeader(bytes);
          expect(width * height).toBeLessThanOrEqual(25e6);
        } catch (error) {
          expect(['PICTURE_UNREADABLE', 'PICTURE_TOO_SMALL', 'PICTURE_TOO_LARGE']).toContain(
            (error as { code?: unknown }).code,
          );
        }
      },
    ),
    { numRuns: 2000 },
  );
});
