/** @file Backward rules of convolutions and changes of resolution. */

import { ints } from '../graph.ts';
import { averagePool2 } from '../ops/convolution.ts';
import { mul } from '../ops/elementwise.ts';
import { reshape } from '../ops/movement.ts';
import { reduceSum } from '../ops/reduction.ts';
import type { RulesFor } from './rule.ts';

export const convolutionRules: RulesFor<'Conv' | 'ConvTranspose' | 'AveragePool' | 'Resize'> = {
  Conv: ({ inputs: [x, weight], attributes }, g) => [
    () => {
      const [stride] = attributes.strides!.value as number[];
      const pads = attributes.pads!.value as number[];
      // The forward pass drops what a stride leaves over at the far edge; its gradient is zero.
      const leftOver = [2, 3].map(
        (axis) =>
          x!.size(axis) - ((g.size(axis) - 1) * stride! + weight!.size(axis) - pads[axis - 2]! - pads[axis]!),
      );
      return g.graph.emit('ConvTranspose', [g, weight!], x!.shape, {
        kernel_shape: attributes.kernel_shape!,
        strides: attributes.strides!,
        pads: attributes.pads!,
        output_padding: ints(leftOver),
      });
    },
    'frozen',
    () => reshape(reduceSum(g, [0, 2, 3]), [g.size(1)]),
  ],
  ConvTranspose: 'not differentiable',
  AveragePool: 'not differentiable',
  // The builder emits it for upsampleNearest only.
  Resize: ({ inputs: [x] }, g) => [() => reshape(mul(averagePool2(g), 4), x!.shape), 'constant', 'constant'],
};
