/** @file Convolutions and changes of resolution, on NCHW. */

import { ints, text, type Value } from '../graph.ts';
import { matmul, matrixTranspose } from './linear.ts';
import { slice } from './movement.ts';

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

/** The samples of a side that is scaled to `side` of them: `count` of them from `start`. */
export interface Window {
  readonly side: number;
  readonly start: number;
  readonly count: number;
}

/**
 * A window of a bicubic resize without antialiasing (a = -0.75, half-pixel centres), as PyTorch resizes a float tensor: a
 * matrix product for each axis, of what the window is made of alone.
 *
 * ONNX has an operator for it, but that places its samples more exactly than PyTorch, which rounds the ratio of the
 * sizes to float32: at 512 pixels the difference shows.
 */
export function resizeBicubic(x: Value, height: Window, width: Window): Value {
  const { graph } = x;
  const [down, across] = [bicubicWeights(x.size(2), height), bicubicWeights(x.size(3), width)];
  const seen = slice(slice(x, 2, down.first, down.end), 3, across.first, across.end);
  const matrix = ({ weights, first, end }: BicubicWeights, { count }: Window) =>
    graph.constant(weights, [count, end - first]);
  return matmul(matmul(matrix(down, height), seen), matrixTranspose(matrix(across, width)));
}

interface BicubicWeights {
  /** The samples that the window is made of, those before `end`. */
  readonly first: number;
  readonly end: number;
  /** What each of the window's samples takes from each of those, row by row. */
  readonly weights: number[];
}

/** Samples beyond the border repeat it. */
function bicubicWeights(from: number, { side, start, count }: Window): BicubicWeights {
  const scale = Math.fround(from / side);
  const centre = (i: number) => scale * (start + i + 0.5) - 0.5;
  const inside = (sample: number) => Math.min(Math.max(sample, 0), from - 1);
  const first = inside(Math.floor(centre(0)) - 1);
  const end = inside(Math.floor(centre(count - 1)) + 2) + 1;
  const weights = new Array<number>(count * (end - first)).fill(0);
  for (let i = 0; i < count; i++) {
    const nearest = Math.floor(centre(i));
    for (let k = nearest - 1; k < nearest + 3; k++)
      weights[i * (end - first) + inside(k) - first]! += cubic(Math.abs(centre(i) - k));
  }
  return { first, end, weights };
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
