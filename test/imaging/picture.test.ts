/** @file Every kind of file that a designer may have, and those that are no pictures. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { inOwnColours } from '../../daemon/src/imaging/ownColours.ts';
import { decodePicture, encodePng } from '../../daemon/src/imaging/picture.ts';
import { readPictureHeader } from '../../daemon/src/imaging/pictureHeader.ts';
import { attachProfile } from '../../daemon/src/imaging/pngProfile.ts';

const ORANGE = { r: 200, g: 100, b: 50 };
const WIDTH = 24;
const HEIGHT = 16;
const solid = (width = WIDTH, height = HEIGHT): Sharp =>
  sharp({ create: { width, height, channels: 3, background: ORANGE } });
const clear = (): Sharp =>
  sharp({ create: { width: WIDTH, height: HEIGHT, channels: 4, background: { ...ORANGE, alpha: 0.5 } } });
const samples = (channels: 1 | 2 | 3 | 4, pixel: readonly number[]): Sharp => {
  const data = Uint16Array.from({ length: WIDTH * HEIGHT * channels }, (_, i) => pixel[i % channels]!);
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels } });
};

/** The largest difference of any pixel from a colour. */
const distance = (rgb: Uint8Array, colour: readonly number[]): number =>
  rgb.reduce((largest, value, i) => Math.max(largest, Math.abs(value - colour[i % 3]!)), 0);

describe('a picture is decoded to sRGB', () => {
  test.each<[string, () => Sharp, number[], number]>([
    ['PNG', () => solid().png(), [200, 100, 50], 0],
    ['PNG with a palette', () => solid().png({ palette: true }), [200, 100, 50], 0],
    ['JPEG', () => solid().jpeg({ quality: 95 }), [200, 100, 50], 2],
    ['WebP', () => solid().webp({ lossless: true }), [200, 100, 50], 0],
    ['TIFF', () => solid().tiff({ compression: 'lzw' }), [200, 100, 50], 0],
    ['AVIF', () => solid().avif({ lossless: true }), [200, 100, 50], 2],
    [
      '16-bit PNG',
      () =>
        samples(3, [200 * 257, 100 * 257, 50 * 257])
          .toColourspace('rgb16')
          .png(),
      [200, 100, 50],
      0,
    ],
    ['grey JPEG', () => solid().greyscale().jpeg({ quality: 100 }), [128, 128, 128], 1],
    [
      '16-bit grey PNG',
      () =>
        samples(1, [77 * 257])
          .toColourspace('grey16')
          .png(),
      [77, 77, 77],
      0,
    ],
    // CMYK holds fewer colours, and its profile is a real printer's.
    ['CMYK JPEG', () => solid().toColourspace('cmyk').jpeg({ quality: 100 }), [200, 100, 50], 32],
    ['CMYK TIFF', () => solid().toColourspace('cmyk').tiff({ compression: 'lzw' }), [200, 100, 50], 32],
    ['Display P3 PNG', () => solid().withIccProfile('p3').png(), [200, 100, 50], 1],
    ['Display P3 JPEG', () => solid().withIccProfile('p3').jpeg({ quality: 100 }), [200, 100, 50], 2],
  ])('%s', async (_, make, colour, tolerance) => {
    const picture = await decodePicture(await make().toBuffer());
    expect([picture.width, picture.height, picture.alpha]).toEqual([WIDTH, HEIGHT, undefined]);
    expect(picture.rgb).toHaveLength(WIDTH * HEIGHT * 3);
    expect(distance(picture.rgb, colour)).toBeLessThanOrEqual(tolerance);
  });

  test.each(['p3', 'srgb'])('16-bit PNG with the profile %s', async (profile) => {
    const shallow = await solid().withIccProfile(profile).png().toBuffer();
    const numbers = await sharp(shallow, { ignoreIcc: true }).raw().toBuffer();
    const deep = samples(
      3,
      [...numbers.subarray(0, 3)].map((number) => number * 257),
    );
    const { icc } = await sharp(shallow).metadata();
    const bytes = attachProfile(await deep.toColourspace('rgb16').png().toBuffer(), icc!);
    const picture = await decodePicture(bytes);
    expect(distance(picture.rgb, [200, 100, 50])).toBeLessThanOrEqual(1);
    const back = await inOwnColours(picture, picture);
    expect(distance(back.own!.rgb, [...numbers.subarray(0, 3)])).toBeLessThanOrEqual(1);
  });

  test('a Display P3 file really holds other numbers', async () => {
    const bytes = await solid().withIccProfile('p3').png().toBuffer();
    const raw = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(distance(raw, [200, 100, 50])).toBeGreaterThan(10);
  });

  test.each<[string, () => Sharp, number[], number]>([
    ['PNG', () => clear().png(), [200, 100, 50], 128],
    ['WebP', () => clear().webp({ lossless: true }), [200, 100, 50], 128],
    [
      '16-bit TIFF',
      () =>
        samples(4, [51400, 25700, 12850, 128 * 257])
          .toColourspace('rgb16')
          .tiff({ compression: 'lzw' }),
      [200, 100, 50],
      128,
    ],
    [
      '16-bit grey PNG',
      () =>
        samples(2, [77 * 257, 9 * 257])
          .toColourspace('grey16')
          .png(),
      [77, 77, 77],
      9,
    ],
  ])('%s, its alpha apart', async (_, make, colour, alpha) => {
    const picture = await decodePicture(await make().toBuffer());
    expect(distance(picture.rgb, colour)).toBe(0);
    expect(picture.alpha).toEqual(new Uint8Array(WIDTH * HEIGHT).fill(alpha));
  });

  test.each([
    [3, 'turned by half', 'right bottom'],
    [6, 'turned by a quarter', 'left bottom'],
    [2, 'mirrored', 'right top'],
  ])('orientation %i, %s', async (orientation, _, corner) => {
    // One white pixel at the top left of a black picture, before it is turned.
    const data = new Uint8Array(WIDTH * HEIGHT * 3).fill(255, 0, 3);
    const bytes = await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .withMetadata({ orientation })
      .png()
      .toBuffer();
    const { width, height, rgb } = await decodePicture(bytes);
    expect([width, height]).toEqual(orientation === 6 ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT]);
    const at = { 'right bottom': width * height - 1, 'left bottom': width - 1, 'right top': width - 1 }[
      corner
    ]!;
    expect(rgb.indexOf(255)).toBe(at * 3);
  });

  test('an animation by its first frame', async () => {
    const frames = new Uint8Array(WIDTH * HEIGHT * 2 * 3).fill(255, WIDTH * HEIGHT * 3);
    const bytes = await sharp(frames, {
      raw: { width: WIDTH, height: HEIGHT * 2, channels: 3, pageHeight: HEIGHT },
    })
      .webp({ lossless: true })
      .toBuffer();
    const picture = await decodePicture(bytes);
    expect([picture.width, picture.height, distance(picture.rgb, [0, 0, 0])]).toEqual([WIDTH, HEIGHT, 0]);
  });
});

describe('a JPEG without its end marker', () => {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const written = (progressive: boolean) =>
    sharp({ create: { width: 200, height: 200, channels: 3, background: 'black', noise } })
      .withIccProfile('p3')
      .jpeg({ progressive })
      .toBuffer();

  test.each([false, true])('opens, and gives the same pixels (progressive: %s)', async (progressive) => {
    const whole = await written(progressive);
    const expected = await decodePicture(whole);
    for (const less of [1, 2]) {
      expect(await decodePicture(whole.subarray(0, whole.length - less))).toEqual(expected);
    }
  });

  test.each([false, true])(
    'is refused where pixels are missing too (progressive: %s)',
    async (progressive) => {
      const whole = await written(progressive);
      for (const less of [6, 20, 200, 5000]) {
        const cut = decodePicture(whole.subarray(0, whole.length - less));
        await expect(cut).rejects.toThrow(expect.objectContaining({ code: 'PICTURE_UNREADABLE' }));
      }
    },
  );
});

test.each<[boolean | undefined, string, () => Sharp]>([
  [true, '16-bit PNG', () => samples(3, [1, 2, 3]).toColourspace('rgb16').png()],
  [true, '16-bit grey PNG', () => samples(1, [1]).toColourspace('grey16').png()],
  [true, '16-bit TIFF', () => samples(4, [1, 2, 3, 4]).toColourspace('rgb16').tiff({ compression: 'lzw' })],
  [undefined, 'PNG', () => solid().png()],
  [undefined, 'PNG with a palette', () => solid().png({ palette: true, colours: 2 })],
  [undefined, 'GIF', () => solid().gif()],
])('whether more than 8 bits are lost (%s) is known of a %s', async (deep, _, make) => {
  expect((await decodePicture(await make().toBuffer())).isDeep).toBe(deep);
});

describe('the pictures of a file', () => {
  const frames = (format: 'gif' | 'webp' | 'tiff'): Promise<Buffer> => {
    const pixels = Buffer.concat([90, 200, 20].map((grey) => Buffer.alloc(32 * 32 * 3, grey)));
    return sharp(pixels, { raw: { width: 32, height: 96, channels: 3, pageHeight: 32 } })
      .toFormat(format)
      .toBuffer();
  };
  /** An animated PNG says how many frames follow before its pixels, which are those of the first. */
  const animatedPng = async (): Promise<Buffer> => {
    const png = await solid().png().toBuffer();
    const control = Buffer.from('\0\0\0\x08acTL\0\0\0\x03\0\0\0\0', 'latin1');
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(control.subarray(4)));
    return Buffer.concat([png.subarray(0, 33), control, sum, png.subarray(33)]);
  };

  test.each<[string, () => Promise<Buffer>]>([
    ['GIF', () => frames('gif')],
    ['WebP', () => frames('webp')],
    ['TIFF', () => frames('tiff')],
    ['PNG', animatedPng],
  ])('are counted where there are several: %s', async (_, make) => {
    expect((await decodePicture(await make())).frames).toBe(3);
  });

  test.each<[string, () => Sharp]>([
    ['PNG', () => solid().png()],
    ['GIF', () => solid().gif()],
    ['WebP', () => solid().webp()],
    ['TIFF', () => solid().tiff()],
    ['JPEG', () => solid().jpeg()],
  ])('are not where there is one: %s', async (_, make) => {
    expect((await decodePicture(await make().toBuffer())).frames).toBeUndefined();
  });
});

describe('what is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'picture-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const onDisk = (name: string, bytes: Uint8Array | string): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const refused = (code: string, words: string) =>
    expect.objectContaining({ code, message: expect.stringContaining(words) });

  /** A PNG of 20 x 20 pixels whose header claims another size. */
  const claiming = async (width: number, height: number): Promise<Buffer> => {
    const bytes = await solid(20, 20).png().toBuffer();
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    return bytes;
  };

  test('one pixel', async () => {
    const bytes = await solid(1, 1).png().toBuffer();
    await expect(decodePicture(bytes)).rejects.toThrow(refused('PICTURE_TOO_SMALL', '1 x 1 pixels'));
  });

  test.each([
    [20_000, 20],
    [20, 20_000],
    [30_000, 30_000],
  ])('%i x %i pixels, from the header alone', async (width, height) => {
    const bytes = await claiming(width, height);
    await expect(decodePicture(bytes)).rejects.toThrow(
      refused('PICTURE_TOO_LARGE', `${width} x ${height} pixels`),
    );
  });

  test('the largest side is taken', async () => {
    expect(await decodePicture(await solid(16_384, 16).png().toBuffer())).toMatchObject({
      width: 16_384,
      height: 16,
    });
  });

  test.each(['jpeg', 'png', 'webp', 'tiff', 'avif'] as const)('a %s that ends early', async (format) => {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const whole = await sharp({
      create: { width: 200, height: 200, channels: 3, background: 'black', noise },
    })
      .toFormat(format)
      .toBuffer();
    await expect(decodePicture(whole)).resolves.toMatchObject({ width: 200, height: 200 });
    for (const part of [0.5, 0.97]) {
      const path = onDisk(`cut.${format}`, whole.subarray(0, Math.floor(whole.length * part)));
      await expect(decodePicture(path)).rejects.toThrow(refused('PICTURE_UNREADABLE', path));
    }
  });

  test('a text named .png', async () => {
    const path = onDisk('text.png', 'no picture at all, only words');
    await expect(decodePicture(path)).rejects.toThrow(refused('PICTURE_UNREADABLE', path));
  });

  test('an empty file', async () => {
    await expect(decodePicture(onDisk('empty.jpg', ''))).rejects.toThrow(
      refused('PICTURE_UNREADABLE', 'empty.jpg'),
    );
  });

  test('a drawing', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>';
    await expect(decodePicture(Buffer.from(svg))).rejects.toThrow(
      refused('PICTURE_UNREADABLE', 'is an SVG drawing, which Palimpsest does not read. Export it as a PNG'),
    );
  });

  const box = (...brands: string[]) => {
    const body = Buffer.from(`ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`, 'latin1');
    return Buffer.concat([Buffer.from([0, 0, 0, body.length + 4]), body, Buffer.alloc(40)]);
  };
  test.each<[string, Buffer | string, RegExp]>([
    ['HEIC', box('heic', 'mif1', 'heic'), /is a HEIC picture.*JPEG.*Most Compatible/],
    ['HEIC by another name', box('mif1', 'heic'), /is a HEIC picture/],
    ['JPEG XL', Buffer.from([0xff, 0x0a, 0, 0, 0, 0]), /is a JPEG XL.*Export it/],
    ['Photoshop document', '8BPS\0\x01', /is a Photoshop document.*Photopea/],
    ['PDF', '%PDF-1.7\n', /is a PDF.*Export/],
    ['drawing with a head', '\ufeff<?xml version="1.0"?>\n<!-- x -->\n<svg width="1">', /is an SVG drawing/],
    [
      'web page',
      '<!doctype html><title>404</title>',
      /is a web page, not the file itself\. Download the file itself/,
    ],
    ['pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\n', /git lfs pull/],
  ])('a %s, with what to do', async (_, bytes, words) => {
    const expected = expect.objectContaining({
      code: 'PICTURE_UNREADABLE',
      message: expect.stringMatching(words),
    });
    await expect(decodePicture(onDisk('other', bytes))).rejects.toThrow(expected);
    expect(() => readPictureHeader(Buffer.from(bytes))).toThrow(expected);
  });

  test.skipIf(process.platform !== 'linux')('a device without an end', async () => {
    await expect(decodePicture('/dev/zero')).rejects.toThrow(
      refused('PICTURE_UNREADABLE', '/dev/zero is a device'),
    );
  });

  test.each([
    ['missing.png', 'Cannot open'],
    ['.', 'is a folder. Name a picture in it.'],
  ])('a path to %s', async (name, words) => {
    await expect(decodePicture(join(folder, name))).rejects.toThrow(refused('PICTURE_UNREADABLE', words));
  });
});

describe('a PNG', () => {
  const rgb = Uint8Array.from({ length: 16 * 17 * 3 }, (_, i) => (i * 7) % 256);

  test('gives back the same pixels', async () => {
    const picture = { width: 16, height: 17, rgb };
    expect(await decodePicture(await encodePng(picture))).toEqual(picture);
  });

  test('gives back the same alpha, and the colours below it', async () => {
    const alpha = Uint8Array.from({ length: 16 * 17 }, (_, i) => i % 256);
    const picture = { width: 16, height: 17, rgb, alpha };
    expect(await decodePicture(await encodePng(picture))).toEqual(picture);
  });
});
