/** PSNR and SSIM on pictures whose values are known. */

import { describe, expect, it } from 'vitest';
import { psnr, ssim } from '../../daemon/src/imaging/metrics.ts';

const flat = (value: number, side = 16) => ({
  width: side,
  height: side,
  rgb: new Uint8Array(side * side * 3).fill(value),
});
const checks = (side = 16) => ({
  width: side,
  height: side,
  rgb: Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return ((pixel % side) + Math.floor(pixel / side)) % 2 === 0 ? 0 : 255;
  }),
});

describe('PSNR', () => {
  it('is infinite for equal pictures', () => expect(psnr(flat(7), flat(7))).toBe(Number.POSITIVE_INFINITY));
  it('is 20 log10(255 / d) for a constant difference d', () =>
    expect(psnr(flat(100), flat(110))).toBeCloseTo(20 * Math.log10(25.5), 9));
  it('counts only the pixels that it is told to', () => {
    const other = flat(100);
    other.rgb.fill(0, 0, 3);
    expect(psnr(flat(100), other, (pixel) => pixel !== 0)).toBe(Number.POSITIVE_INFINITY);
    expect(psnr(flat(100), other, (pixel) => pixel === 0)).toBeCloseTo(20 * Math.log10(2.55), 9);
  });
});

describe('SSIM', () => {
  it('is 1 for equal pictures', () => expect(ssim(checks(), checks())).toBeCloseTo(1, 9));
  it('is the luminance term alone for flat pictures', () => {
    const c1 = (0.01 * 255) ** 2;
    expect(ssim(flat(100), flat(50))).toBeCloseTo((2 * 100 * 50 + c1) / (100 ** 2 + 50 ** 2 + c1), 9);
  });
  it('falls to about -1 where black and white are swapped', () => {
    const inverted = { ...checks(), rgb: checks().rgb.map((value) => 255 - value) };
    expect(ssim(checks(), inverted)).toBeLessThan(-0.9);
  });
});
