/** @file Convolutions and changes of resolution, on NCHW. */

import { ints, text, type Value } from '../graph.ts';
import { matmul, matrixTranspose } from './linear.ts';

/** Zeros around the picture: [top, left, bottom, right]. */
export type Padding = readonly [number, number, number, number];

/** A convolution: x [N, C, H, W], weight [O, C, kh, kw], bias [O]. */
export function conv(
  x: Value,
  weight: Value,
  bias: Value | null,
  { stride = 1, padding = [0, 0, 0, 0] as Padding } = {},
): Value {
  const [top, left, bottom, right] = padding;
  const height = Math.floor((x.size(2) + top + bottom - weight.size(2)) / stride) + 1;
  const width = Math.floor((x.size(3) + left + right - weight.size(3)) / stride) + 1;
  return x.graph.emit(
    'Conv',
    bias ? [x, weight, bias] : [x, weight],
    [x.size(0), weight.size(0), height, width],
    {
      kernel_shape: ints(weight.shape.slice(2)),
      strides: ints([stride, stride]),
      pads: ints(padding),
    },
  );
}

/** Doubles the resolution by repeating each pixel: [N, C, H, W] to [N, C, 2H, 2W]. */
export function upsampleNearest(x: Value): Value {
  const scales = x.graph.constant([1, 1, 2, 2], [4]);
  return x.graph.emit('Resize', [x, null, scales], [x.size(0), x.size(1), 2 * x.size(2), 2 * x.size(3)], {
    mode: text('nearest'),
    coordinate_transformation_mode: text('asymmetric'),
    nearest_mode: text('floor'),
  });
}

/**
 * Bicubic resize to [height, width] without antialiasing (a = -0.75, half-pixel centres), as PyTorch resizes a float
 * tensor: a matrix product for each axis.
 *
 * ONNX has an operator for it, but that places its samples more exactly than PyTorch, which rounds the ratio of the
 * sizes to float32: at 512 pixels the difference shows.
 */
export function resizeBicubic(x: Value, height: number, width: number): Value {
  const { graph } = x;
  const down = graph.constant(bicubicWeights(x.size(2), height), [height, x.size(2)]);
  const across = graph.constant(bicubicWeights(x.size(3), width), [width, x.size(3)]);
  return matmul(matmul(down, x), matrixTranspose(across));
}

/** What each of `to` samples takes from each of `from`, row by row; samples beyond the border repeat it. */
function bicubicWeights(from: number, to: number): number[] {
  const weights = new Array<number>(to * from).fill(0);
  const scale = Math.fround(from / to);
  for (let i = 0; i < to; i++) {
    const centre = scale * (i + 0.5) - 0.5;
    const first = Math.floor(centre) - 1;
    for (let k = first; k < first + 4; k++) {
      const sample = Math.min(Math.max(k, 0), from - 1);
      weights[i * from + sample]! += cubic(Math.abs(centre - k));
    }
  }
  return weights;
}

/** Keys' cubic with a = -0.75, at a distance below 2. */
function cubic(x: number): number {
  const a = -0.75;
  return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((x - 5) * x + 8) * x * a - 4 * a;
}

/** Mean of each block of 2 x 2 pixels. */
export const averagePool2 = (x: Value): Value =>
  x.graph.emit('AveragePool', [x], [x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2], {
    kernel_shape: ints([2, 2]),
    strides: ints([2, 2]),
  });
