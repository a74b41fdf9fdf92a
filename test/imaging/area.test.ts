/** @file Parts of pictures: which one an edit is about, cut out and put back. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaAround, boxOf, cropMask, cropPicture, pastePicture } from '../../daemon/src/imaging/area.ts';
import { composite } from '../../daemon/src/imaging/composite.ts';
import { maskOf } from '../../daemon/src/imaging/mask.ts';
import type { Picture } from '../../daemon/src/imaging/picture.ts';

const filled = (width: number, height: number, value: (i: number) => number) =>
  Uint8Array.from({ length: width * height }, (_, i) => value(i));

/** White in a box, black elsewhere. */
const boxMask = (width: number, height: number, [left, top, right, bottom]: readonly number[]) => ({
  width,
  height,
  data: filled(width, height, (i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left! && x <= right! && y >= top! && y <= bottom! ? 255 : 0;
  }),
});

const colourful = (width: number, height: number, seed: number): Picture => ({
  width,
  height,
  rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37 + seed) % 256),
  alpha: filled(width, height, (i) => (i * 11 + seed) % 256),
  own: {
    icc: Uint8Array.of(1, 2, 3),
    rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 53 + seed) % 256),
  },
});

describe('the area of an edit', () => {
  it.each([
    // box -> area, of 1000 x 500 pixels
    ['has the surroundings on each side', [400, 200, 499, 249], 0.5, [350, 150, 200, 150]],
    ['has at least a pixel around the mask', [400, 200, 499, 299], 0, [399, 199, 102, 102]],
    ['is at least 64 pixels a side', [400, 200, 400, 200], 0, [369, 169, 64, 64]],
    ['moves back into the picture at its edges', [0, 0, 99, 99], 0.5, [0, 0, 200, 200]],
    ['moves back at the other edges too', [990, 490, 999, 499], 0, [936, 436, 64, 64]],
    ['is never larger than the picture', [10, 10, 989, 489], 4, [0, 0, 1000, 500]],
  ])('%s', (_, box, context, [left, top, width, height]) => {
    expect(areaAround(boxMask(1000, 500, box), context)).toEqual({ left, top, width, height });
  });

  it('is all of a picture that is smaller', () => {
    expect(areaAround(boxMask(20, 1, [5, 0, 6, 0]), 0)).toEqual({ left: 0, top: 0, width: 20, height: 1 });
  });

  it('holds the whole mask, and lies within the picture', () => {
    const side = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(
        side,
        side,
        fc.array(fc.nat(), { minLength: 1 }),
        fc.double({ min: 0, max: 4 }),
        (w, h, at, c) => {
          if (Number.isNaN(c)) return;
          const data = new Uint8Array(w * h);
          for (const place of at) data[place % data.length] = 1;
          const area = areaAround({ width: w, height: h, data }, c);
          expect(Math.min(area.left, area.top)).toBeGreaterThanOrEqual(0);
          expect(area.left + area.width).toBeLessThanOrEqual(w);
          expect(area.top + area.height).toBeLessThanOrEqual(h);
          const white = (bytes: Uint8Array) => bytes.reduce((sum, value) => sum + value, 0);
          expect(white(cropMask({ width: w, height: h, data }, area).data)).toBe(white(data));
        },
      ),
    );
  });
});

describe('a part of a picture', () => {
  const picture = colourful(37, 23, 5);
  const area = { left: 4, top: 7, width: 11, height: 9 };

  it('put back where it was changes nothing, in either colours', () => {
    expect(pastePicture(picture, cropPicture(picture, area), area)).toEqual(picture);
  });

  it('put back changes nothing beyond it', () => {
    const pasted = pastePicture(picture, cropPicture(colourful(37, 23, 90), area), area);
    for (let i = 0; i < 37 * 23; i++) {
      const [x, y] = [i % 37, Math.floor(i / 37)];
      const within = x >= 4 && x < 15 && y >= 7 && y < 16;
      const whole = within ? colourful(37, 23, 90) : picture;
      expect(pasted.rgb[i * 3]).toBe(whole.rgb[i * 3]);
      expect(pasted.own?.rgb[i * 3]).toBe(whole.own?.rgb[i * 3]);
    }
    expect(pasted.alpha).toBe(picture.alpha);
  });
});

describe('a composite', () => {
  it('mixes the own colours as it mixes those in sRGB', () => {
    const [below, above] = [colourful(9, 9, 0), colourful(9, 9, 100)];
    const mask = boxMask(9, 9, [2, 2, 6, 6]);
    const { rgb, own } = composite(below, above, mask, 2);
    const swapped = (p: Picture): Picture => ({ ...p, rgb: p.own!.rgb, own: { ...p.own!, rgb: p.rgb } });
    const other = composite(swapped(below), swapped(above), mask, 2);
    expect(own?.rgb).toEqual(other.rgb);
    expect(rgb).toEqual(other.own?.rgb);
  });

  it('is in sRGB alone where the edit is', () => {
    const { own: _, ...edited } = colourful(9, 9, 100);
    expect(composite(colourful(9, 9, 0), edited, boxMask(9, 9, [2, 2, 6, 6]), 2).own).toBeUndefined();
  });
});

describe('a mask', () => {
  const picture = { width: 4, height: 2 };
  const grey = (width: number, height: number, value: number): Picture => ({
    width,
    height,
    rgb: new Uint8Array(width * height * 3).fill(value),
  });

  it('has the size of the picture', () => {
    expect(() => maskOf(picture, grey(2, 4, 255))).toThrow(/2 x 4 pixels, the picture 4 x 2/);
  });

  it('lets something change', () => {
    expect(() => maskOf(picture, grey(4, 2, 0))).toThrow(/black everywhere/);
    expect(() => maskOf(picture, grey(4, 2, 7))).toThrow(/black everywhere/);
    const hidden = { ...grey(4, 2, 255), alpha: new Uint8Array(8) };
    expect(() => maskOf(picture, hidden)).toThrow(/black everywhere/);
    expect(boxOf(maskOf(picture, grey(4, 2, 8)))).toEqual({ left: 0, top: 0, ...picture });
  });
});
