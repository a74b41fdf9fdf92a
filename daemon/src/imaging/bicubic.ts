/**
 * @file Bicubic scaling with antialiasing, bit for bit as Pillow scales 8-bit pictures.
 *
 * The official script loads pictures with Pillow. Its rules (Resample.c): the filter's support grows with the
 * ratio when scaling down; weights are integers of 22 fractional bits; the horizontal pass comes first and is
 * rounded to 8 bits before the vertical pass; an axis that keeps its size is left alone.
 */

/** Keys' cubic with a = -0.5. */
const SHARPNESS = -0.5;
const SUPPORT = 2;

/** 32 bits less 8 of the pixel and 2 for overshoot. */
const FRACTION_BITS = 22;

/** 8-bit samples, interleaved, top row first. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Scales samples to another size. An axis of the same size keeps its values exactly. */
export function resizeBicubic(source: Samples, width: number, height: number): Samples {
  return scaleRows(scaleColumns(source, width), height);
}

/** The input samples that one output sample is made of, with integer weights. */
interface Tap {
  readonly first: number;
  readonly weights: Int32Array;
}

function pillowCubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((SHARPNESS + 2) * x - (SHARPNESS + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * SHARPNESS;
  return 0;
}

function taps(from: number, to: number): Tap[] {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - SUPPORT * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(centre + SUPPORT * stretch + 0.5), from);
    const weights = Array.from({ length: end - first }, (_, k) =>
      pillowCubic((k + first - centre + 0.5) * (1 / stretch)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: Int32Array.from(weights, (weight) => toFixed(weight / sum)) };
  });
}

/** To the nearest integer of 22 fractional bits, halves away from zero. */
function toFixed(weight: number): number {
  return Math.trunc(weight * 2 ** FRACTION_BITS + (weight < 0 ? -0.5 : 0.5));
}

/** Half of the last place, so that the shift rounds. */
const HALF = 1 << (FRACTION_BITS - 1);

function scaleColumns(source: Samples, width: number): Samples {
  if (width === source.width) return source;
  const { height, channels } = source;
  const columns = taps(source.width, width);
  const data = new Uint8ClampedArray(width * height * channels);
  let place = 0;
  for (let y = 0; y < height; y++) {
    for (const { first, weights } of columns) {
      const from = (y * source.width + first) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let k = 0; k < weights.length; k++) sum += source.data[from + k * channels + c]! * weights[k]!;
        data[place++] = sum >> FRACTION_BITS;
      }
    }
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}

function scaleRows(source: Samples, height: number): Samples {
  if (height === source.height) return source;
  const { width, channels } = source;
  const stride = width * channels;
  const data = new Uint8ClampedArray(height * stride);
  const sums = new Int32Array(stride);
  for (const [y, { first, weights }] of taps(source.height, height).entries()) {
    sums.fill(HALF);
    for (const [k, weight] of weights.entries()) {
      const from = (first + k) * stride;
      for (let i = 0; i < stride; i++) sums[i]! += source.data[from + i]! * weight;
    }
    for (let i = 0; i < stride; i++) data[y * stride + i] = sums[i]! >> FRACTION_BITS;
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}
