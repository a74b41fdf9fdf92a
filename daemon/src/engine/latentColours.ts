/**
 * @file What a latent looks like, roughly and at once: each colour as a linear function of the latent's channels.
 *
 * The function is fitted to the model's own VAE by least squares, over a chart of colours that is encoded once. So it
 * holds for any VAE, and a preview costs a few multiplications for each latent pixel instead of a decoding.
 */

import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import type { Picture } from '../imaging/picture.ts';
import { fromTensor } from '../imaging/pixels.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

/** Latent pixels a side of the chart: enough colours, and a VAE of full size takes a fraction of a second. */
const CHART_SIDE = 16;

/** Relative to the largest channel: keeps the equations solvable when a VAE does not use one of its channels. */
const RIDGE = 1e-6;

const COLOURS = 3;

export class LatentColours {
  private readonly weights: readonly Float64Array[];

  /** @param weights for each colour, one factor for each channel and a constant: [3][C + 1]. */
  private constructor(weights: readonly Float64Array[]) {
    this.weights = weights;
  }

  /** Fits to a model's VAE: one encoding of a small picture. */
  static async fit(model: StableDiffusion): Promise<LatentColours> {
    const side = CHART_SIDE * model.pixelsPerLatent;
    const latent = await model.encodePicture(chart(side));
    const [, channels = 0] = latent.shape;
    const wanted = chart(CHART_SIDE);
    const plane = CHART_SIDE ** 2;
    const rows = Array.from({ length: plane }, (_, i) => features(latent, channels, plane, i));
    return new LatentColours(
      Array.from({ length: COLOURS }, (_, c) =>
        leastSquares(rows, wanted.data.subarray(c * plane, (c + 1) * plane)),
      ),
    );
  }

  /**
   * A latent [1, C, h, w] as a picture of one pixel for each of its own.
   *
   * @param visible rows and columns to show; what is beyond is padding.
   */
  paint(latent: Tensor, visible: { readonly width: number; readonly height: number }): Picture {
    const [, channels = 0, latentHeight = 0, latentWidth = 0] = latent.shape;
    const height = Math.min(visible.height, latentHeight);
    const width = Math.min(visible.width, latentWidth);
    const plane = latentHeight * latentWidth;
    const pixels = tensor([1, COLOURS, height, width]);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const values = features(latent, channels, plane, y * latentWidth + x);
        for (const [c, weights] of this.weights.entries()) {
          pixels.data[(c * height + y) * width + x] = values.reduce((sum, v, k) => sum + v * weights[k]!, 0);
        }
      }
    }
    return fromTensor(pixels, { round: true });
  }
}

/** The channels of one latent pixel, and a 1 for the constant. */
const features = ({ data }: Tensor, channels: number, plane: number, pixel: number): number[] => [
  ...Array.from({ length: channels }, (_, c) => data[c * plane + pixel]!),
  1,
];

/** Smooth colours over the whole cube, the same at any size: [1, 3, side, side] in -1..1. */
function chart(side: number): Tensor {
  const pixels = tensor([1, COLOURS, side, side]);
  const wave = (turns: number) => Math.cos(2 * Math.PI * turns);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [u, v] = [(x + 0.5) / side, (y + 0.5) / side];
      // Three waves in different directions: no colour follows from the others.
      for (const [c, value] of [wave(u), wave(v), wave(u + v + 0.25)].entries()) {
        pixels.data[(c * side + y) * side + x] = value;
      }
    }
  }
  return pixels;
}

/** The weights w that bring rows * w closest to `wanted`, by the normal equations. */
function leastSquares(rows: readonly (readonly number[])[], wanted: Float32Array): Float64Array {
  const size = rows[0]!.length;
  const matrix = Array.from({ length: size }, () => new Float64Array(size + 1));
  for (const [i, row] of rows.entries()) {
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) matrix[a]![b]! += row[a]! * row[b]!;
      matrix[a]![size]! += row[a]! * wanted[i]!;
    }
  }
  const largest = Math.max(...matrix.map((row, a) => row[a]!));
  for (const [a, row] of matrix.entries()) row[a]! += RIDGE * largest;
  return solve(matrix);
}

/** Gaussian elimination of [A | b]; A is positive definite, so no pivoting is needed. */
function solve(matrix: readonly Float64Array[]): Float64Array {
  const size = matrix.length;
  for (const [a, pivot] of matrix.entries()) {
    for (const [b, row] of matrix.entries()) {
      if (a === b) continue;
      const factor = row[a]! / pivot[a]!;
      for (let k = a; k <= size; k++) row[k]! -= factor * pivot[k]!;
    }
  }
  return Float64Array.from(matrix, (row, a) => row[size]! / row[a]!);
}
