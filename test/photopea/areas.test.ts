/** @file What lies behind the mask of a selection. */

import type { Pixels } from '@palimpsest/sdk';
import { expect, it } from 'vitest';
import { throughMask } from '../../plugins/photopea/src/areas.ts';

const pixel = (value: number): Pixels => ({
  width: 1,
  height: 1,
  rgba: Uint8ClampedArray.of(value, value, value, 255),
});

it('is the edit alone where the selection is nearly whole, as the daemon takes it', () => {
  expect(throughMask(pixel(255), pixel(0), pixel(248))?.rgba).toEqual(pixel(255).rgba);
});

it('is the source where next to nothing is selected, and refused where that has changed', () => {
  expect(throughMask(pixel(90), pixel(90), pixel(7))?.rgba).toEqual(pixel(90).rgba);
  expect(throughMask(pixel(255), pixel(0), pixel(7))).toBeNull();
});
