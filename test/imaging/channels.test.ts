/** @file Channels beyond colour in TIFFs, as programs save transparency and selections. */

import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { extraSamples } from '../../daemon/src/imaging/extraSamples.ts';
import { decodePicture, encodePng } from '../../daemon/src/imaging/picture.ts';
import { type TiffOptions, tiff } from './tiff.ts';

const COLOUR = [200, 100, 50];
const HALF = [100, 50, 25];
const ALPHA = 128;
const [OTHER, PREMULTIPLIED, STRAIGHT] = [0, 1, 2];

const cases: [string, TiffOptions, number[], number | null][] = [
  ['transparency', { extras: [STRAIGHT], samples: [...COLOUR, ALPHA] }, COLOUR, ALPHA],
  ['premultiplied transparency', { extras: [PREMULTIPLIED], samples: [...HALF, ALPHA] }, COLOUR, ALPHA],
  ['a saved selection', { extras: [OTHER], samples: [...COLOUR, 77] }, COLOUR, null],
  [
    'transparency and a selection',
    { extras: [STRAIGHT, OTHER], samples: [...COLOUR, ALPHA, 77] },
    COLOUR,
    ALPHA,
  ],
  [
    'a selection and transparency',
    { extras: [OTHER, STRAIGHT], samples: [...COLOUR, 77, ALPHA] },
    COLOUR,
    ALPHA,
  ],
  ['two selections', { extras: [OTHER, OTHER], samples: [...COLOUR, 77, 78] }, COLOUR, null],
  [
    'three extra channels',
    { extras: [STRAIGHT, OTHER, OTHER], samples: [...COLOUR, ALPHA, 7, 8] },
    COLOUR,
    ALPHA,
  ],
  ['three selections', { extras: [OTHER, OTHER, OTHER], samples: [...COLOUR, 6, 7, 8] }, COLOUR, null],
  [
    'transparency after 50 spot colours',
    {
      extras: [...Array<number>(50).fill(OTHER), STRAIGHT],
      samples: [...COLOUR, ...Array<number>(50).fill(9), ALPHA],
    },
    COLOUR,
    ALPHA,
  ],
  [
    'grey with transparency',
    { colours: 'grey', extras: [STRAIGHT], samples: [90, ALPHA] },
    [90, 90, 90],
    ALPHA,
  ],
  ['grey with a selection', { colours: 'grey', extras: [OTHER], samples: [90, 77] }, [90, 90, 90], null],
  [
    'grey with both',
    { colours: 'grey', extras: [OTHER, STRAIGHT], samples: [90, 77, ALPHA] },
    [90, 90, 90],
    ALPHA,
  ],
  ['a fourth channel of which nothing is said', { extras: null, samples: [...COLOUR, ALPHA] }, COLOUR, ALPHA],
];

describe.each([
  ['8 bit', { bits: 8 }],
  ['16 bit', { bits: 16 }],
  ['8 bit, big endian', { bits: 8, big: true }],
  ['8 bit, BigTIFF', { bits: 8, long: true }],
] as const)('a TIFF of %s', (_, kind) => {
  test.each(cases)('with %s', async (__, options, colour, alpha) => {
    const picture = await decodePicture(tiff({ ...options, ...kind }));
    const count = picture.width * picture.height;
    // Premultiplied colours come back with one level less.
    const tolerance = colour === COLOUR && options.samples[0] === HALF[0] ? 1 : 0;
    expect(picture.rgb).toHaveLength(count * 3);
    for (const [i, value] of picture.rgb.entries()) {
      expect(Math.abs(value - colour[i % 3]!)).toBeLessThanOrEqual(tolerance);
    }
    expect(picture.alpha ?? null).toEqual(alpha === null ? null : new Uint8Array(count).fill(alpha));
    const back = await sharp(await encodePng(picture)).metadata();
    expect(back.channels).toBe(alpha === null ? 3 : 4);
  });
});

const INKS = [10, 120, 200, 30];

test.each<[string, number[], number | null]>([
  ['transparency', [STRAIGHT], ALPHA],
  ['a selection', [OTHER], null],
  ['a selection and transparency', [OTHER, STRAIGHT], ALPHA],
])('CMYK with %s', async (_, extras, alpha) => {
  const values = extras.map((kind) => (kind === OTHER ? 77 : ALPHA));
  const picture = await decodePicture(tiff({ colours: 'cmyk', extras, samples: [...INKS, ...values] }));
  expect(picture.alpha?.[0] ?? null).toBe(alpha);
});

test.each<[string, TiffOptions]>([
  ['16-bit CMYK', { colours: 'cmyk', bits: 16, extras: [STRAIGHT], samples: [...INKS, ALPHA] }],
  ['Lab', { colours: 'lab', extras: [STRAIGHT], samples: [128, 10, 20, ALPHA] }],
])('transparency beside %s, which the decoder spoils, is refused', async (name, options) => {
  await expect(decodePicture(tiff(options))).rejects.toThrow(
    expect.objectContaining({
      code: 'PICTURE_UNREADABLE',
      message: expect.stringMatching(`transparency beside ${name}.*RGB`),
    }),
  );
  const samples = [...options.samples.slice(0, -1), 77];
  expect((await decodePicture(tiff({ ...options, extras: [OTHER], samples }))).alpha).toBeUndefined();
});

test('more channels than memory is there for are refused before they are read', async () => {
  const options = {
    extras: Array<number>(80).fill(OTHER),
    samples: [...COLOUR, ...Array<number>(80).fill(1)],
  };
  const huge = tiff({ ...options, claims: [16_384, 16_384] });
  await expect(decodePicture(huge)).rejects.toThrow(
    expect.objectContaining({
      code: 'PICTURE_TOO_LARGE',
      message: expect.stringMatching(/83 channels.*selections/),
    }),
  );
});

test('a damaged directory says nothing', () => {
  const whole = tiff({ extras: [STRAIGHT], samples: [...COLOUR, ALPHA] });
  const directory = whole.readUInt32LE(4);
  const entry = directory + 2 + 10 * 12;
  expect(extraSamples(whole)).toEqual([true]);
  for (let length = 0; length < entry + 10; length++) {
    expect(extraSamples(whole.subarray(0, length))).toBeNull();
  }
  const endless = Buffer.from(whole);
  endless.writeUInt16LE(65_535, directory);
  endless.writeUInt16LE(9999, entry);
  expect(extraSamples(endless)).toBeNull();
});
