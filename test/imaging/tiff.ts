/** A writer of TIFFs with any channels, which no library here writes. */

const PHOTOMETRIC = { grey: 1, rgb: 2, cmyk: 5, lab: 8 };

export interface TiffOptions {
  /** Of one pixel, which all others are like, 0..255; colours first. */
  readonly samples: readonly number[];
  /** What each channel beyond colour is (tag ExtraSamples); null leaves the tag out. */
  readonly extras: readonly number[] | null;
  readonly colours?: keyof typeof PHOTOMETRIC;
  readonly bits?: 8 | 16;
  readonly big?: boolean;
  /** BigTIFF. */
  readonly long?: boolean;
  /** Width and height that the header claims in place of the true ones. */
  readonly claims?: readonly [number, number];
}

const [WIDTH, HEIGHT] = [20, 16];
const [SHORT, LONG] = [3, 4];

/** 20 x 16 pixels of one colour. */
export function tiff({
  samples,
  extras,
  colours = 'rgb',
  bits = 8,
  big = false,
  long = false,
  claims = [WIDTH, HEIGHT],
}: TiffOptions): Buffer {
  const number = (value: number, bytes: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    if (bytes === 8) {
      if (big) buffer.writeBigUInt64BE(BigInt(value));
      else buffer.writeBigUInt64LE(BigInt(value));
    } else if (big) buffer.writeUIntBE(value, 0, bytes);
    else buffer.writeUIntLE(value, 0, bytes);
    return buffer;
  };
  const pixel = Buffer.concat(samples.map((value) => number(bits === 8 ? value : value * 257, bits / 8)));
  const pixels = Buffer.concat(Array<Buffer>(WIDTH * HEIGHT).fill(pixel));
  const word = long ? 8 : 4;
  const head = long ? 16 : 8;
  const [width, height] = claims;
  const tags: (readonly [number, number, readonly number[]])[] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, samples.map(() => bits)],
    [259, SHORT, [1]],
    [262, SHORT, [PHOTOMETRIC[colours]]],
    [273, LONG, [head]],
    [277, SHORT, [samples.length]],
    [278, LONG, [height]],
    [279, LONG, [pixels.length]],
    [284, SHORT, [1]],
    ...(extras === null ? [] : [[338, SHORT, extras] as const]),
  ];
  const directory = head + pixels.length;
  let free = directory + (long ? 8 : 2) + tags.length * (long ? 20 : 12) + word;
  const outside: Buffer[] = [];
  const entries = tags.map(([tag, type, values]) => {
    const bytes = Buffer.concat(values.map((value) => number(value, type === SHORT ? 2 : 4)));
    const fact = [number(tag, 2), number(type, 2), number(values.length, word)];
    if (bytes.length <= word) return Buffer.concat([...fact, bytes, Buffer.alloc(word - bytes.length)]);
    outside.push(bytes);
    free += bytes.length;
    return Buffer.concat([...fact, number(free - bytes.length, word)]);
  });
  return Buffer.concat([
    Buffer.from(big ? 'MM' : 'II'),
    number(long ? 43 : 42, 2),
    ...(long ? [number(8, 2), number(0, 2)] : []),
    number(directory, word),
    pixels,
    number(tags.length, long ? 8 : 2),
    ...entries,
    number(0, word),
    ...outside,
  ]);
}
