/** @file What lies beneath full transparency: the networks get what is visible around it in its place. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitPicture, placePicture } from '../../daemon/src/imaging/fit.ts';
import { fillHidden } from '../../daemon/src/imaging/hiddenColours.ts';
import { decodePicture, type Picture } from '../../daemon/src/imaging/picture.ts';

interface Veiled extends Picture {
  readonly alpha: Uint8Array;
}

/** Small pictures with holes, edges and veils of any shape. */
const veiled: fc.Arbitrary<Veiled> = fc
  .tuple(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 1, max: 17 }))
  .chain(([width, height]) => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    return fc
      .tuple(bytes(width * height * 3), bytes(width * height), fc.integer({ min: 0, max: 255 }))
      .map(([rgb, veil, holes]) => ({
        ...{ width, height, rgb },
        alpha: veil.map((value) => (value < holes ? 0 : value > 200 ? 255 : value)),
      }));
  });

/** The same on screen, with other colours beneath full transparency. */
const hiding = (picture: Veiled, value: (i: number) => number): Veiled => ({
  ...picture,
  rgb: picture.rgb.map((own, i) => (picture.alpha[Math.floor(i / 3)] === 0 ? value(i) : own)),
});

const onCanvas = (picture: Picture): Picture => fitPicture(picture, placePicture(picture, 64, 32));

const even = (width: number, height: number, colour: readonly number[], alpha: Uint8Array): Veiled => ({
  ...{ width, height, alpha },
  rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3]!),
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('what lies beneath full transparency', () => {
  it('changes nothing of what the networks get', () => {
    fc.assert(
      fc.property(veiled, fc.nat(), (picture, seed) => {
        const other = hiding(picture, (i) => Math.imul(i + seed, 2654435761) >>> 24);
        expect(Buffer.compare(onCanvas(other).rgb, onCanvas(picture).rgb)).toBe(0);
      }),
    );
  });

  it('is filled with nothing but colours between those that are visible', () => {
    fc.assert(
      fc.property(veiled, (picture) => {
        const { alpha } = picture;
        const all = [...alpha.keys()];
        const visible = all.filter((i) => alpha[i]! > 0);
        if (visible.length === 0) return;
        const { rgb } = fillHidden(picture);
        for (const channel of [0, 1, 2]) {
          const values = visible.map((i) => picture.rgb[i * 3 + channel]!);
          const [low, high] = [Math.min(...values), Math.max(...values)];
          const filled = all.map((i) => rgb[i * 3 + channel]!);
          expect(Math.min(...filled)).toBeGreaterThanOrEqual(low);
          expect(Math.max(...filled)).toBeLessThanOrEqual(high);
        }
      }),
    );
  });

  it('leaves all that is visible as it is, however little, and the picture that came in', () => {
    fc.assert(
      fc.property(veiled, (picture) => {
        const before = Uint8Array.from(picture.rgb);
        const { rgb, alpha } = fillHidden(picture);
        expect(alpha).toBe(picture.alpha);
        expect(Buffer.compare(picture.rgb, before)).toBe(0);
        const changed = rgb.filter((value, i) => alpha?.[Math.floor(i / 3)] !== 0 && value !== before[i]);
        expect(changed.length).toBe(0);
      }),
    );
  });

  it('goes on without a seam where colours run out into it', () => {
    // A slope of 2 a column to the left, nothing to the right of column 60.
    const [width, height] = [96, 64];
    const picture = {
      ...{ width, height },
      rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 3) % width) * 2),
      alpha: Uint8Array.from({ length: width * height }, (_, i) => (i % width < 61 ? 255 : 0)),
    };
    const { rgb } = fillHidden(picture);
    const steps = rgb.map((value, i) => ((i / 3) % width < 1 ? 0 : Math.abs(value - rgb[i - 3]!)));
    expect(Math.max(...steps)).toBeLessThanOrEqual(8);
  });

  it('takes its colour by how much of a pixel is visible', () => {
    // Nearly all red on the left, nearly nothing of a stray blue beside it.
    const rgb = Uint8Array.of(200, 0, 0, 0, 0, 200, 1, 2, 3, 4, 5, 6);
    const filled = fillHidden({ width: 2, height: 2, rgb, alpha: Uint8Array.of(250, 5, 0, 0) });
    expect([...filled.rgb.subarray(6)]).toEqual([196, 0, 4, 196, 0, 4]);
  });

  it('is grey where nothing at all is visible', () => {
    for (const [width, height] of [
      [1, 1],
      [40, 3],
    ] as const) {
      const nothing = even(width, height, [250, 3, 9], new Uint8Array(width * height));
      expect(new Set(fillHidden(nothing).rgb)).toEqual(new Set([128]));
    }
  });
});

describe('a picture in which all is visible', () => {
  const golden = (): Promise<Picture> =>
    decodePicture(join(import.meta.dirname, '../golden/A/image_200x150.png'));

  it('goes to the networks as it always did, so that stored inversions are found', async () => {
    const before = '2edeee2f5b107efe4a6b674ea94bda80a1d5ce5bc4134fce7b018132ae2f3a83';
    const picture = await golden();
    expect(sha256(onCanvas(picture).rgb)).toBe(before);
    const alpha = new Uint8Array(200 * 150).fill(255);
    expect(sha256(onCanvas({ ...picture, alpha }).rgb)).toBe(before);
    // A veil over all of it hides nothing.
    expect(sha256(onCanvas({ ...picture, alpha: alpha.fill(1) }).rgb)).toBe(before);
  });
});
