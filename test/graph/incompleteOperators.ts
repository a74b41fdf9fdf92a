/**
 * What `tsc` holds of operators: nothing of one can be left out. It fails where one of these lines, each of which lacks
 * something, compiles.
 */

import type { Operator, Taking, Value } from '../../daemon/src/graph/graph.ts';
import { Conv } from '../../daemon/src/graph/ops/convolution.ts';
import { LeakyRelu } from '../../daemon/src/graph/ops/elementwise.ts';

type Scaling = Operator<Taking<[x: Value], [x: Value, times: number], { times: number }>>;

/** Operators without a part. */
export function incomplete(whole: Scaling): Scaling[] {
  const { name, attributes, build, outputs, backward, result, scratchBytes } = whole;
  return [
    { name, attributes, build, outputs, backward, result, scratchBytes },
    // @ts-expect-error its name
    { attributes, build, outputs, backward, result, scratchBytes },
    // @ts-expect-error the forms of its attributes in ONNX
    { name, build, outputs, backward, result, scratchBytes },
    // @ts-expect-error the form of one of them
    { name, attributes: {}, build, outputs, backward, result, scratchBytes },
    // @ts-expect-error its builder
    { name, attributes, outputs, backward, result, scratchBytes },
    // @ts-expect-error the shapes of its outputs
    { name, attributes, build, backward, result, scratchBytes },
    // @ts-expect-error its backward rule, or the reason why there is none
    { name, attributes, build, outputs, result, scratchBytes },
    // @ts-expect-error the gradient of an input
    { name, attributes, build, outputs, backward: () => [], result, scratchBytes },
    // @ts-expect-error where its result lies
    { name, attributes, build, outputs, backward, scratchBytes },
    // @ts-expect-error the memory that it takes for itself
    { name, attributes, build, outputs, backward, result },
  ];
}

/** Nodes that do not fit their operator. */
export const misfits = (x: Value): Value[] => [
  x.graph.emit(LeakyRelu, [x], { alpha: 0.1 }),
  // @ts-expect-error an attribute of another type
  x.graph.emit(LeakyRelu, [x], { alpha: 'steep' }),
  // @ts-expect-error an attribute too few
  x.graph.emit(LeakyRelu, [x], {}),
  // @ts-expect-error an input too few
  x.graph.emit(Conv, [x], { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0] }),
];
