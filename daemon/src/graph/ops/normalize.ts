/** @file Normalisations and softmax: in float32 within, whatever type they are given, and back in that type. */

import { type FloatType, float, int, type Value } from '../graph.ts';
import { add, mul } from './elementwise.ts';
import { filled, reshape } from './movement.ts';

const single = (x: Value): Value => x.graph.cast(x, 'float32');
const likeIn = (y: Value, x: Value): Value => x.graph.cast(y, x.type as FloatType);

/** Softmax over the last axis. */
export const softmax = (x: Value): Value =>
  likeIn(x.graph.emit('Softmax', [single(x)], x.shape, { axis: int(-1) }), x);

/** Layer normalisation over the last axis, with scale and bias of that axis' size. */
export function layerNorm(x: Value, scale: Value, bias: Value | null, epsilon: number): Value {
  const statistics = x.shape.map((size, axis) => (axis === x.shape.length - 1 ? 1 : size));
  // Mean and inverse standard deviation are outputs of the operator, and serve its backward rule.
  const [y] = x.graph.emitMany(
    'LayerNormalization',
    (bias ? [x, scale, bias] : [x, scale]).map(single),
    [x.shape, statistics, statistics],
    {
      axis: int(-1),
      epsilon: float(epsilon),
    },
  );
  return likeIn(y as Value, x);
}

/** Zero mean and unit variance over the last axis. */
export const standardize = (x: Value, epsilon: number): Value =>
  layerNorm(x, filled(x.graph, [x.size(-1)], 1), null, epsilon);

/** Group normalisation of x [N, C, H, W], with scale and bias [C]. */
export function groupNorm(x: Value, groups: number, scale: Value, bias: Value, epsilon: number): Value {
  const normalized = reshape(standardize(reshape(x, [x.size(0), groups, -1]), epsilon), x.shape);
  const perChannel = [1, x.size(1), 1, 1];
  return add(mul(normalized, reshape(scale, perChannel)), reshape(bias, perChannel));
}
