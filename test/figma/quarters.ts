/** A picture of four colours, which tells when it was turned, flipped or cut. */

import type { Pixels } from '@palimpsest/sdk';
import { expect } from 'vitest';

export const [WIDTH, HEIGHT] = [96, 64];
/** Of the quarters: upper left, upper right, lower left, lower right. */
const QUARTERS = [
  [230, 40, 40],
  [40, 200, 60],
  [50, 60, 220],
  [240, 220, 60],
] as const;

export function quarters(): Pixels {
  const rgba = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const quarter = (i % WIDTH < WIDTH / 2 ? 0 : 1) + (i < (WIDTH * HEIGHT) / 2 ? 0 : 2);
    rgba.set([...QUARTERS[quarter]!, 255], i * 4);
  }
  return { width: WIDTH, height: HEIGHT, rgba };
}

/** The picture as it was, at any size. */
export function expectUpright({ width, height, rgba }: Pixels): void {
  for (const [quarter, colour] of QUARTERS.entries()) {
    const x = Math.floor(width * (quarter % 2 === 0 ? 0.25 : 0.75));
    const y = Math.floor(height * (quarter < 2 ? 0.25 : 0.75));
    const is = rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3);
    // JPEG is not exact.
    expect(Math.max(...colour.map((value, i) => Math.abs(value - is[i]!)))).toBeLessThan(6);
  }
}
