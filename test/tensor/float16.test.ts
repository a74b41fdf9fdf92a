/** Half precision: every number of it comes back, and what lies between goes to the nearest. */

import { describe, expect, it } from 'vitest';
import { floatToHalf, halfToFloat } from '../../daemon/src/tensor/float16.ts';

describe('half precision', () => {
  it('gives each of its finite numbers back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) === 0x7c00) continue;
      expect(floatToHalf(halfToFloat(bits))).toBe(bits);
    }
  });

  it('rounds to the nearest, ties to even', () => {
    expect(halfToFloat(floatToHalf(1 + 2 ** -11))).toBe(1);
    expect(halfToFloat(floatToHalf(1 + 3 * 2 ** -11))).toBe(1 + 2 ** -9);
    expect(halfToFloat(floatToHalf(2 ** -25))).toBe(0);
    expect(halfToFloat(floatToHalf(2 ** -25 * 1.01))).toBe(2 ** -24);
    expect(halfToFloat(floatToHalf(65_519))).toBe(65_504);
    expect(halfToFloat(floatToHalf(65_520))).toBe(Number.POSITIVE_INFINITY);
    expect(halfToFloat(floatToHalf(Number.NaN))).toBeNaN();
  });
});
