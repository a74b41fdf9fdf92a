/** @file Convolutions and changes of resolution, on NCHW. */

import { elementCount } from '../../tensor/tensor.ts';
import { ints, text } from '../attributes.ts';
import { bytesPerElement, commonType, type Shape } from '../elementTypes.ts';
import { noGradient, noScratch, type Operator, type Taking, type Value } from '../graph.ts';
import { reduceSum } from './broadcast.ts';
import { mul } from './elementwise.ts';
import { matmul, matrixTranspose } from './linear.ts';
import { reshape, slice } from './movement.ts';

/** Zeros around the picture: [top, left, bottom, right]. */
export type Padding = readonly [top: number, left: number, bottom: number, right: number];

const NO_PADDING: Padding = [0, 0, 0, 0];

type Sides = readonly [height: number, width: number];

/** How a kernel is moved over a picture. */
type Walk = {
  readonly kernel_shape: Sides;
  readonly strides: Sides;
  readonly pads: Padding;
};

interface ConvOptions {
  readonly stride?: number;
  readonly padding?: Padding;
}

const kernelOf = (weight: Value): Sides => [weight.size(2), weight.size(3)];

export const ConvTranspose: Operator<
  Taking<
    [y: Value, weight: Value],
    [y: Value, weight: Value, walk: Walk, leftOver: Sides],
    Walk & { readonly output_padding: Sides }
  >
> = {
  name: 'ConvTranspose',
  attributes: { kernel_shape: ints, strides: ints, pads: ints, output_padding: ints },
  build: (y, weight, { kernel_shape, strides, pads }, output_padding) =>
    y.graph.emit(ConvTranspose, [y, weight], { kernel_shape, strides, pads, output_padding }),
  outputs: ([y, weight], { kernel_shape, strides, pads, output_padding }) => {
    const sides = ([0, 1] as const).map(
      (i) => (y.size(i + 2) - 1) * strides[i] + kernel_shape[i] + output_padding[i] - pads[i] - pads[i + 2]!,
    );
    return [{ type: commonType(y, weight), shape: [y.size(0), weight.size(1), ...sides] }];
  },
  backward: noGradient('only the backward rule of a convolution emits it'),
  result: 'its own',
  // The runtime unrolls the kernel: a column of its products for each place of the input.
  scratchBytes: ({ inputs: [y, weight] }) =>
    bytesPerElement(y.type) * elementCount(weight.shape.slice(1)) * y.size(2) * y.size(3),
};

export const Conv: Operator<
  Taking<
    [x: Value, weight: Value, bias: Value | null],
    [x: Value, weight: Value, bias: Value | null, options?: ConvOptions],
    Walk
  >
> = {
  name: 'Conv',
  attributes: { kernel_shape: ints, strides: ints, pads: ints },
  build: (x, weight, bias, { stride = 1, padding = NO_PADDING } = {}) =>
    x.graph.emit(Conv, [x, weight, bias], {
      kernel_shape: kernelOf(weight),
      strides: [stride, stride],
      pads: padding,
    }),
  outputs: ([x, weight, bias], { kernel_shape, strides, pads }) => {
    const sides = ([0, 1] as const).map(
      (i) => Math.floor((x.size(i + 2) + pads[i] + pads[i + 2]! - kernel_shape[i]) / strides[i]) + 1,
    );
    return [{ type: commonType(x, weight, bias), shape: [x.size(0), weight.size(0), ...sides] }];
  },
  backward: ({ inputs: [x, weight], attributes: walk }, g) => [
    () => {
      const { kernel_shape, strides, pads } = walk;
      // The forward pass drops what a stride leaves over at the far edge; its gradient is zero.
      const leftOver = (i: 0 | 1) =>
        x.size(i + 2) - ((g.size(i + 2) - 1) * strides[i] + kernel_shape[i] - pads[i] - pads[i + 2]!);
      return ConvTranspose.build(g, weight, walk, [leftOver(0), leftOver(1)]);
    },
    'frozen',
    () => reshape(reduceSum(g, [0, 2, 3]), [g.size(1)]),
  ],
  result: 'its own',
  scratchBytes: noScratch,
};

/** A convolution: x [N, C, H, W], weight [O, C, kh, kw], bias [O]. */
export const conv = Conv.build;

/** A picture's shape with both sides multiplied. */
const scaled = ([n, c, height, width]: Shape, factor: number): Shape => [
  n!,
  c!,
  height! * factor,
  width! * factor,
];

export const AveragePool: Operator<Taking<[x: Value], [x: Value], { kernel_shape: Sides; strides: Sides }>> =
  {
    name: 'AveragePool',
    attributes: { kernel_shape: ints, strides: ints },
    build: (x) => x.graph.emit(AveragePool, [x], { kernel_shape: [2, 2], strides: [2, 2] }),
    outputs: ([{ type, shape }]) => [{ type, shape: scaled(shape, 1 / 2) }],
    backward: noGradient('only the backward rule of upsampling emits it'),
    result: 'its own',
    scratchBytes: noScratch,
  };

/** Mean of each block of 2 x 2 pixels. */
export const averagePool2 = AveragePool.build;

export const Resize: Operator<
  Taking<
    [x: Value, region: null, scales: Value],
    [x: Value],
    { mode: 'nearest'; coordinate_transformation_mode: 'asymmetric'; nearest_mode: 'floor' }
  >
> = {
  name: 'Resize',
  attributes: { mode: text, coordinate_transformation_mode: text, nearest_mode: text },
  build: (x) =>
    x.graph.emit(Resize, [x, null, x.graph.constant([1, 1, 2, 2], [4])], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
  outputs: ([{ type, shape }]) => [{ type, shape: scaled(shape, 2) }],
  backward: ({ inputs: [x] }, g) => [() => reshape(mul(averagePool2(g), 4), x.shape), 'constant', 'constant'],
  result: 'its own',
  scratchBytes: noScratch,
};

/** Doubles the resolution by repeating each pixel: [N, C, H, W] to [N, C, 2H, 2W]. */
export const upsampleNearest = Resize.build;

/** A part of a side that is scaled to `side` samples: `count` of these from `start`. */
export interface Window {
  readonly side: number;
  readonly start: number;
  readonly count: number;
}

/**
 * A window of a bicubic resize without antialiasing (a = -0.75, half-pixel centres), as PyTorch resizes a float tensor: one
 * matrix product for each axis, over those samples only that the window is made of.
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
  /** The weight of each of those in each of the window's samples, row by row. */
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
      weights[i * (end - first) + inside(k) - first]! += torchCubic(Math.abs(centre(i) - k));
  }
  return { first, end, weights };
}

/** Keys' cubic as PyTorch computes it, with a = -0.75, at a distance below 2. */
function torchCubic(x: number): number {
  const a = -0.75;
  return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((x - 5) * x + 8) * x * a - 4 * a;
}
