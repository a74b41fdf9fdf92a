/** @file How alike two pictures are. */

import type { Picture } from './picture.ts';

/**
 * Peak signal-to-noise ratio in dB over the three channels, of 8-bit pixels.
 *
 * @param counted which pixels count, of `width * height`; all of them when left out.
 * @returns Infinity for equal pictures, NaN when no pixel counts.
 */
export function psnr(a: Picture, b: Picture, counted: (pixel: number) => boolean = () => true): number {
  requireSameSize(a, b);
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel < a.width * a.height; pixel++) {
    if (!counted(pixel)) continue;
    for (let i = pixel * 3; i < pixel * 3 + 3; i++) sum += (a.rgb[i]! - b.rgb[i]!) ** 2;
    count += 3;
  }
  return 10 * Math.log10(255 ** 2 / (sum / count));
}

/** Window of the published SSIM (Wang et al. 2004): Gaussian, 11 x 11, sigma 1.5. */
const WINDOW = 11;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** Structural similarity (Wang et al. 2004) of the luma, averaged over the pixels that count; 1 for equal pictures. */
export function ssim(a: Picture, b: Picture, counted: (pixel: number) => boolean = () => true): number {
  requireSameSize(a, b);
  const { width, height } = a;
  const [x, y] = [luma(a), luma(b)];
  const blurred = (values: Float64Array) => blur(values, width, height);
  const product = (p: Float64Array, q: Float64Array) => p.map((value, i) => value * q[i]!);
  const [mx, my] = [blurred(x), blurred(y)];
  const [xx, yy, xy] = [blurred(product(x, x)), blurred(product(y, y)), blurred(product(x, y))];
  let sum = 0;
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    if (!counted(i)) continue;
    const [meanX, meanY] = [mx[i]!, my[i]!];
    const covariance = xy[i]! - meanX * meanY;
    const variances = xx[i]! - meanX ** 2 + yy[i]! - meanY ** 2;
    sum +=
      ((2 * meanX * meanY + C1) * (2 * covariance + C2)) /
      ((meanX ** 2 + meanY ** 2 + C1) * (variances + C2));
    count += 1;
  }
  return sum / count;
}

function requireSameSize(a: Picture, b: Picture): void {
  if (a.width !== b.width || a.height !== b.height)
    throw new RangeError('only pictures of one size can be compared');
}

/** Rec. 601 luma, which published SSIM figures use. */
function luma({ width, height, rgb }: Picture): Float64Array {
  return Float64Array.from(
    { length: width * height },
    (_, i) => 0.299 * rgb[i * 3]! + 0.587 * rgb[i * 3 + 1]! + 0.114 * rgb[i * 3 + 2]!,
  );
}

/** Gaussian blur; at the border the window is cut off and its weights are scaled up. */
function blur(values: Float64Array, width: number, height: number): Float64Array {
  return blurLines(blurLines(values, width, height, 1, width), height, width, width, 1);
}

/** Blurs along lines of `length` values that are `step` apart; `lines` lines start `stride` apart. */
function blurLines(
  values: Float64Array,
  length: number,
  lines: number,
  step: number,
  stride: number,
): Float64Array {
  const half = (WINDOW - 1) / 2;
  const kernel = Array.from({ length: WINDOW }, (_, i) => Math.exp(-((i - half) ** 2) / (2 * SIGMA ** 2)));
  const result = new Float64Array(values.length);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < length; i++) {
      let [sum, weights] = [0, 0];
      for (let k = Math.max(0, i - half); k <= Math.min(length - 1, i + half); k++) {
        const weight = kernel[k - i + half]!;
        sum += weight * values[line * stride + k * step]!;
        weights += weight;
      }
      result[line * stride + i * step] = sum / weights;
    }
  }
  return result;
}
