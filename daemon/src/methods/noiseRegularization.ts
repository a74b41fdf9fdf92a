/** @file The two regularisers of pix2pix-zero's inversion, and their gradients (Parmar et al. 2023, equations 1 and 2). */

import { addScaled } from '../tensor/arithmetic.ts';
import { elementCount, type Tensor, tensor } from '../tensor/tensor.ts';

/** A random whole number from 0 up to, but not including, a limit. */
export type Rolls = (limit: number) => number;

/** How strongly the noise is pulled. */
export interface Regularization {
  readonly rounds: number;
  /** Auto-correlation steps in each round. */
  readonly correlationSteps: number;
  /** The step sizes of both terms. */
  readonly correlationRate: number;
  readonly klRate: number;
}

/** The official script's. */
const OFFICIAL: Regularization = { rounds: 5, correlationSteps: 5, correlationRate: 20, klRate: 20 };

/** The pyramid ends at planes of this side. */
const SMALLEST_SIDE = 8;

interface LossAndGradient {
  readonly loss: number;
  /** Of the noise's shape. */
  readonly gradient: Tensor;
}

/** The noise [1, C, h, w] after all rounds. */
export function regularize(
  noise: Tensor,
  rolls: Rolls,
  { rounds, correlationSteps, correlationRate, klRate }: Regularization = OFFICIAL,
): Tensor {
  let current = noise;
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < correlationSteps; k++) {
      current = descend(current, autoCorrelation(current, rolls), correlationRate / correlationSteps);
    }
    current = descend(current, divergence(current), klRate);
  }
  return current;
}

const descend = (x: Tensor, { gradient }: LossAndGradient, rate: number): Tensor =>
  addScaled(x, gradient, -rate);

/** Squared mean products of each channel with itself, shifted along either axis, over a pyramid (equation 1). */
export function autoCorrelation(noise: Tensor, rolls: Rolls): LossAndGradient {
  const [height = 0, width = 0] = noise.shape.slice(-2);
  const size = height * width;
  const gradient = tensor(noise.shape);
  let loss = 0;
  for (let start = 0; start < elementCount(noise.shape); start += size) {
    const found = planeCorrelation({ data: noise.data.subarray(start, start + size), height, width }, rolls);
    loss += found.loss;
    gradient.data.set(found.gradient, start);
  }
  return { loss, gradient };
}

/** One channel at one level of the pyramid. */
interface Plane {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

function planeCorrelation(plane: Plane, rolls: Rolls): { loss: number; gradient: Float32Array } {
  const { data, height, width } = plane;
  // As in the official code: one shift for both axes, limited by the height.
  const shift = rolls(Math.floor(height / 2));
  const gradient = new Float32Array(data.length);
  let loss = 0;
  for (const neighbour of [
    (y: number, x: number, by: number) => wrap(y + by, height) * width + x,
    (y: number, x: number, by: number) => y * width + wrap(x + by, width),
  ]) {
    const at = (i: number, by: number) => data[neighbour(Math.floor(i / width), i % width, by)]!;
    const mean = data.reduce((sum, value, i) => sum + value * at(i, -shift), 0) / data.length;
    loss += mean * mean;
    // Each element meets the one before it and the one after it.
    for (let i = 0; i < data.length; i++)
      gradient[i]! += ((2 * mean) / data.length) * (at(i, -shift) + at(i, shift));
  }
  if (height <= SMALLEST_SIDE || width < 2) return { loss, gradient };

  const coarse = planeCorrelation(halve(plane), rolls);
  // Each pixel is a quarter of its mean.
  for (const [pixel, mean] of pixelsOfMeans(plane)) gradient[pixel]! += coarse.gradient[mean]! / 4;
  return { loss: loss + coarse.loss, gradient };
}

/** The index of a line that may lie outside, counted on around the plane as often as it takes. */
const wrap = (i: number, length: number): number => ((i % length) + length) % length;

/** Means of 2 x 2 pixels; the last line of an odd side is in none. */
function halve(plane: Plane): Plane {
  const [height, width] = [Math.floor(plane.height / 2), Math.floor(plane.width / 2)];
  const data = new Float32Array(height * width);
  for (const [pixel, mean] of pixelsOfMeans(plane)) data[mean]! += plane.data[pixel]! / 4;
  return { data, height, width };
}

/** The pixels of a plane that are in a mean of its half, each with the index of that mean. */
function* pixelsOfMeans({ height, width }: Plane): Generator<[pixel: number, mean: number]> {
  const columns = Math.floor(width / 2);
  for (let y = 0; y < 2 * Math.floor(height / 2); y++)
    for (let x = 0; x < 2 * columns; x++)
      yield [y * width + x, Math.floor(y / 2) * columns + Math.floor(x / 2)];
}

/** The distance of the noise's mean and variance from a standard normal's, var + mean^2 - 1 - log var (equation 2). */
export function divergence({ shape, data }: Tensor): LossAndGradient {
  const count = data.length;
  const mean = data.reduce((sum, x) => sum + x, 0) / count;
  const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (count - 1);
  const guarded = variance + 1e-7;
  const byVariance = 1 - 1 / guarded;
  return {
    loss: variance + mean ** 2 - 1 - Math.log(guarded),
    gradient: tensor(
      shape,
      data.map((x) => (byVariance * 2 * (x - mean)) / (count - 1) + (2 * mean) / count),
    ),
  };
}
