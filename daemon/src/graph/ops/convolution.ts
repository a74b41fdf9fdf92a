/** @file Convolutions and changes of resolution, on NCHW. */

import { float, ints, text, type Value } from '../graph.ts';

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
 * Bicubic resize to [height, width] without antialiasing (a = -0.75, half-pixel centres), as PyTorch resizes a
 * float tensor.
 */
export function resizeBicubic(x: Value, height: number, width: number): Value {
  const shape = [x.size(0), x.size(1), height, width];
  return x.graph.emit('Resize', [x, null, null, x.graph.constant(shape, [4], 'int64')], shape, {
    mode: text('cubic'),
    coordinate_transformation_mode: text('half_pixel'),
    cubic_coeff_a: float(-0.75),
  });
}

/** Mean of each block of 2 x 2 pixels. */
export const averagePool2 = (x: Value): Value =>
  x.graph.emit('AveragePool', [x], [x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2], {
    kernel_shape: ints([2, 2]),
    strides: ints([2, 2]),
  });
