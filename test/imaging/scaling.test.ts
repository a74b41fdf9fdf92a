/** @file Scaling and loading against Pillow's pixels; fitting to a canvas and back. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resizeBicubic } from '../../daemon/src/imaging/bicubic.ts';
import { fitMask, fitPicture, placePicture, unfitMask, unfitPicture } from '../../daemon/src/imaging/fit.ts';
import { decodePicture, type Picture } from '../../daemon/src/imaging/picture.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import { type CropOffsets, referenceLoad } from '../../parity/src/referenceLoad.ts';

const golden = (name: string): Promise<Picture> =>
  decodePicture(join(import.meta.dirname, '../golden/A', name));
const NO_CROP: CropOffsets = { left: 0, right: 0, top: 0, bottom: 0 };

describe('the official loading', () => {
  test.each<[string, string, CropOffsets]>([
    ['image_200x150.png', 'load_200x150.png', NO_CROP],
    ['image_200x150.png', 'load_200x150_offsets.png', { left: 10, right: 25, top: 5, bottom: 12 }],
    ['image_90x160.png', 'load_90x160.png', NO_CROP],
    ['image.png', 'image.png', NO_CROP],
    ['image512.png', 'image512.png', NO_CROP],
  ])('of %s gives exactly %s', async (from, to, offsets) => {
    const expected = await golden(to);
    const { width, height, rgb } = referenceLoad(await golden(from), expected.width, offsets);
    expect([width, height]).toEqual([expected.width, expected.height]);
    expect(Buffer.compare(rgb, expected.rgb)).toBe(0);
  });

  test('limits the top by the left', () => {
    // 4 x 4, left 2: top is at most 4 - 2 - 1 = 1, so rows 1..3 and columns 2..3 are left.
    const rgb = Uint8Array.from({ length: 48 }, (_, i) => Math.floor(i / 3));
    const loaded = referenceLoad({ width: 4, height: 4, rgb }, 2, { ...NO_CROP, left: 2, top: 3 });
    expect([...loaded.rgb].filter((_, i) => i % 3 === 0)).toEqual([6, 7, 10, 11]);
  });

  test('survives offsets larger than the picture', () => {
    const picture = { width: 3, height: 2, rgb: new Uint8Array(18).fill(7) };
    const loaded = referenceLoad(picture, 1, { left: 99, right: 99, top: 99, bottom: 99 });
    expect([...loaded.rgb]).toEqual([7, 7, 7]);
  });
});

describe('bicubic scaling', () => {
  const line = (...data: number[]) => ({
    width: data.length,
    height: 1,
    channels: 1,
    data: Uint8Array.from(data),
  });

  test('keeps what has the size already', () => {
    const source = line(1, 2, 3);
    expect(resizeBicubic(source, 3, 1)).toBe(source);
  });

  test('overshoots at an edge, and stops at black and white', () => {
    // The taps of a doubling are (-9, 29, 111, -3) / 128 and their mirror, renormalised at the ends.
    expect([...resizeBicubic(line(0, 0, 255, 255), 8, 1).data]).toEqual([0, 0, 0, 52, 203, 255, 255, 255]);
  });

  test('averages over all pixels when it scales down', () => {
    const stripes = line(...Array.from({ length: 64 }, (_, i) => (i % 2) * 200));
    // 100 within the filter's ripple; without antialiasing it would be 0 or 200.
    for (const value of resizeBicubic(stripes, 4, 1).data)
      expect(Math.abs(value - 100)).toBeLessThanOrEqual(2);
  });

  test('keeps an even colour even, in both directions', () => {
    const even = { width: 7, height: 5, channels: 3, data: new Uint8Array(105).fill(93) };
    for (const [width, height] of [
      [3, 2],
      [20, 31],
      [7, 1],
    ] as const) {
      expect(resizeBicubic(even, width, height).data).toEqual(new Uint8Array(width * height * 3).fill(93));
    }
  });
});

describe('a canvas', () => {
  test.each([
    // width, height, side, multiple -> canvas, scaled
    [512, 512, 512, 64, [512, 512], [512, 512]],
    [3000, 2000, 512, 64, [576, 384], [576, 384]],
    [2000, 3000, 512, 64, [384, 576], [384, 576]],
    [4000, 3000, 512, 64, [576, 448], [576, 432]],
    [1920, 1080, 768, 64, [1024, 576], [1024, 576]],
    [300, 200, 128, 64, [192, 128], [192, 128]],
    [16, 16, 128, 64, [128, 128], [128, 128]],
    [100, 100, 32, 64, [64, 64], [64, 64]],
  ])('for %i x %i at %i by %i', (width, height, side, multiple, canvas, scaled) => {
    expect(placePicture({ width, height }, side, multiple)).toEqual({
      original: { width, height },
      canvas: { width: canvas[0], height: canvas[1] },
      scaled: { width: scaled[0], height: scaled[1] },
    });
  });

  test.each([
    [16_384, 16],
    [16, 16_384],
    [1000, 37],
    [333, 777],
  ])('for %i x %i is bounded, a multiple, and holds the picture in one direction fully', (width, height) => {
    const { canvas, scaled } = placePicture({ width, height }, 512, 64);
    expect([canvas.width % 64, canvas.height % 64]).toEqual([0, 0]);
    expect(canvas.width * canvas.height).toBeLessThanOrEqual(2 * 512 * 512);
    expect(scaled.width === canvas.width || scaled.height === canvas.height).toBe(true);
    expect(Math.min(scaled.width, scaled.height)).toBeGreaterThanOrEqual(1);
  });

  test('repeats the last column and row, and is cut back to the picture', () => {
    const picture = { width: 2, height: 2, rgb: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4) };
    const place = { original: picture, scaled: { width: 2, height: 2 }, canvas: { width: 3, height: 4 } };
    const fitted = fitPicture(picture, place);
    expect([...fitted.rgb].filter((_, i) => i % 3 === 0)).toEqual([1, 2, 2, 3, 4, 4, 3, 4, 4, 3, 4, 4]);
    expect(unfitPicture(fitted, place).rgb).toEqual(picture.rgb);
  });

  test('gives back size and alpha, and nearly the pixels', async () => {
    const picture = await golden('image_200x150.png');
    const alpha = new Uint8Array(200 * 150).fill(9);
    const place = placePicture(picture, 512, 64);
    const back = unfitPicture(fitPicture(picture, place), place, alpha);
    expect(back).toMatchObject({ width: 200, height: 150, alpha });
    const error =
      back.rgb.reduce((sum, value, i) => sum + Math.abs(value - picture.rgb[i]!), 0) / back.rgb.length;
    expect(error).toBeLessThan(2);
  });
});

describe('a mask', () => {
  // 4 x 2 pixels at twice their size on a canvas of 8 x 8; latent cells of 2 pixels.
  const place = {
    original: { width: 4, height: 2 },
    scaled: { width: 8, height: 4 },
    canvas: { width: 8, height: 8 },
  };

  test('of the picture opens the latent cells below it', () => {
    const mask = { width: 4, height: 2, data: Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 1) };
    const cells = fitMask(mask, place, 2);
    expect(cells).toEqual(tensor([1, 1, 4, 4], [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    expect([...unfitMask(cells, place).data]).toEqual([255, 0, 0, 0, 0, 0, 0, 255]);
  });

  test('opens every cell that a pixel reaches into', () => {
    const third = {
      original: { width: 3, height: 1 },
      scaled: { width: 8, height: 2 },
      canvas: { width: 8, height: 2 },
    };
    const middle = { width: 3, height: 1, data: Uint8Array.of(0, 255, 0) };
    // The middle pixel lies at 2.67..5.33 of 8, so in the cells 2..4 and 4..6.
    expect([...fitMask(middle, third, 2).data]).toEqual([0, 1, 1, 0]);
  });

  test('survives pixels smaller than a cell', () => {
    const small = {
      original: { width: 64, height: 64 },
      scaled: { width: 8, height: 8 },
      canvas: { width: 8, height: 8 },
    };
    const data = new Uint8Array(64 * 64);
    data[63 * 64 + 63] = 255;
    expect([...fitMask({ width: 64, height: 64, data }, small, 4).data]).toEqual([0, 0, 0, 1]);
  });
});
