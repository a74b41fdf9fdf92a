/** @file Pixels to numbers and back, and the edited picture over the original. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { composite } from '../../daemon/src/imaging/composite.ts';
import { maskFromPicture } from '../../daemon/src/imaging/mask.ts';
import { decodePicture, type Picture } from '../../daemon/src/imaging/picture.ts';
import { fromTensor, toTensor } from '../../daemon/src/imaging/pixels.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import { readHeader, readTensor } from '../../daemon/src/weights/safetensors.ts';

const GOLDEN = join(import.meta.dirname, '../golden/A');
const stored = (file: string, name: string) => readTensor(readHeader(join(GOLDEN, file)).tensors.get(name)!);

describe('the reference', () => {
  test('has the same numbers for the picture', async () => {
    const picture = await decodePicture(join(GOLDEN, 'image.png'));
    expect(toTensor(picture)).toEqual(stored('image_encoder.safetensors', 'image_pm1'));
  });

  test('has the same bytes for a decoded latent', () => {
    const decoded = stored('vae.safetensors', 'decoded');
    const expected = stored('vae.safetensors', 'decoded_u8');
    expect([...fromTensor(decoded).rgb]).toEqual([...expected.data]);
  });
});

describe('bytes', () => {
  test('survive the way to numbers and back, rounded', () => {
    const rgb = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
    const picture = { width: 16, height: 16, rgb };
    expect(fromTensor(toTensor(picture), { round: true })).toEqual(picture);
  });

  test('are cut off, not rounded, and clamped', () => {
    const values = tensor([1, 3, 1, 2], [-2, 2, 0, 0.999, -1, 1]);
    expect([...fromTensor(values).rgb]).toEqual([0, 127, 0, 255, 254, 255]);
    expect([...fromTensor(values, { round: true }).rgb]).toEqual([0, 128, 0, 255, 255, 255]);
  });

  test('come from one picture of three channels', () => {
    expect(() => fromTensor(tensor([1, 4, 1, 1]))).toThrow(RangeError);
  });
});

describe('a composite', () => {
  const even = (width: number, height: number, value: number): Picture => ({
    width,
    height,
    rgb: new Uint8Array(width * height * 3).fill(value),
  });
  const red = ({ rgb }: Picture): number[] => [...rgb].filter((_, i) => i % 3 === 0);

  test('is soft inside the mask and the original outside of it', () => {
    const mask = { width: 9, height: 1, data: Uint8Array.of(0, 255, 255, 255, 255, 255, 255, 255, 0) };
    const [original, edited] = [even(9, 1, 100), even(9, 1, 200)];
    expect(red(composite(original, edited, mask, 0))).toEqual([100, 200, 200, 200, 200, 200, 200, 200, 100]);
    expect(red(composite(original, edited, mask, 3))).toEqual([100, 125, 150, 175, 200, 175, 150, 125, 100]);
  });

  test('keeps every pixel outside bit for bit, whatever the mask', () => {
    const noise = (seed: number) =>
      Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * seed + (i >> 3) * 31) % 256);
    const original = { width: 40, height: 30, rgb: noise(7), alpha: noise(3).subarray(0, 1200) };
    const edited = { width: 40, height: 30, rgb: noise(13) };
    const data = Uint8Array.from({ length: 1200 }, (_, i) =>
      ((i % 40) * 5 + Math.floor(i / 40) * 3) % 17 > 8 ? 0 : 255,
    );
    const result = composite(original, edited, { width: 40, height: 30, data }, 4);
    expect(result.alpha).toBe(original.alpha);
    for (const [i, inside] of data.entries()) {
      if (inside === 0)
        expect(result.rgb.subarray(i * 3, i * 3 + 3)).toEqual(original.rgb.subarray(i * 3, i * 3 + 3));
    }
  });

  test('is as deep as the nearest edge in any direction, and the border of the picture is none', () => {
    // 5 x 5, kept at the top left corner only; a feather of 4 divides depths by 5.
    const data = new Uint8Array(25).fill(255);
    data[0] = 0;
    const result = red(composite(even(5, 5, 0), even(5, 5, 100), { width: 5, height: 5, data }, 4));
    expect(result.slice(0, 5)).toEqual([0, 20, 40, 60, 80]);
    expect(result[6]).toBe(28);
    expect(result[24]).toBe(100);
    expect(result[20]).toBe(80);
  });

  test('follows a soft mask', () => {
    const mask = { width: 2, height: 1, data: Uint8Array.of(51, 255) };
    expect(red(composite(even(2, 1, 0), even(2, 1, 100), mask, 0))).toEqual([20, 100]);
  });

  test('leaves its inputs as they were, also Buffers', () => {
    const original = { width: 1, height: 1, rgb: Buffer.from([1, 2, 3]) };
    composite(original, even(1, 1, 9), { width: 1, height: 1, data: Uint8Array.of(255) }, 0);
    expect([...original.rgb]).toEqual([1, 2, 3]);
  });

  test('refuses pictures of different sizes', () => {
    const mask = { width: 2, height: 2, data: new Uint8Array(4) };
    expect(() => composite(even(2, 2, 0), even(2, 1, 0), mask, 0)).toThrow(RangeError);
    expect(() => composite(even(2, 1, 0), even(2, 1, 0), mask, 0)).toThrow(RangeError);
  });

  test('takes its mask from how bright and how opaque a picture is', () => {
    const rgb = Uint8Array.of(255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 255, 0);
    const mask = maskFromPicture({ width: 4, height: 1, rgb, alpha: Uint8Array.of(255, 255, 0, 255) });
    expect([...mask.data]).toEqual([255, 0, 0, 182]);
  });

  test('takes nearly black for black and nearly white for white, and leaves soft edges in between', () => {
    const rgb = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
    const { data } = maskFromPicture({ width: 16, height: 16, rgb });
    const expected = Array.from({ length: 256 }, (_, i) => (i < 8 ? 0 : i > 247 ? 255 : i));
    expect([...data]).toEqual(expected);
  });

  test('takes a painted layer as it is: black where it is transparent, whatever hides there', () => {
    const rgb = new Uint8Array(4 * 3).fill(255);
    const { data } = maskFromPicture({ width: 4, height: 1, rgb, alpha: Uint8Array.of(0, 5, 128, 252) });
    expect([...data]).toEqual([0, 0, 128, 255]);
  });
});
