/** The SDK's own reader and writer of PNG files, against sharp. */

import { decodePng, encodePng, sizeOfPng } from '@palimpsest/sdk';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

const noise = (length: number) => Uint8ClampedArray.from({ length }, (_, i) => (i * 7919) % 251);

describe('PNG files', () => {
  it('are written as sharp reads them', async () => {
    const rgba = noise(13 * 7 * 4);
    const png = await encodePng({ width: 13, height: 7, rgba });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 13, height: 7, channels: 4 });
    expect([...data]).toEqual([...rgba]);
  });

  it.each([1, 2, 3, 4] as const)('of %i channels are read as sharp writes them', async (channels) => {
    const raw = { width: 31, height: 17, channels };
    const picture = sharp(noise(31 * 17 * channels), { raw });
    // Adaptive filtering makes sharp use all five filters.
    const png = new Uint8Array(await picture.png({ adaptiveFiltering: true, palette: false }).toBuffer());
    const { width, height, rgba } = await decodePng(png);
    const expected = await sharp(png).ensureAlpha().toColourspace('srgb').raw().toBuffer();
    expect({ width, height }).toEqual({ width: 31, height: 17 });
    expect([...rgba]).toEqual([...expected]);
  });

  it('say their size in the header', async () => {
    const picture = sharp(noise(31 * 17), { raw: { width: 31, height: 17, channels: 1 } });
    const png = await picture.png().toBuffer();
    // A file that lies somewhere within other bytes.
    const within = new Uint8Array(png.length + 5);
    within.set(png, 5);
    expect(sizeOfPng(within.subarray(5))).toEqual({ width: 31, height: 17 });
    expect(sizeOfPng(png.subarray(0, 23))).toBeNull();
    expect(sizeOfPng(await picture.jpeg().toBuffer())).toBeNull();
  });

  it('that are none are refused', async () => {
    for (const bytes of [new Uint8Array(8), new Uint8Array(100)]) {
      await expect(decodePng(bytes)).rejects.toThrow(RangeError);
    }
  });
});
