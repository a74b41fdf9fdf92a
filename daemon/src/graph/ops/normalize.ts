/** @file Normalisations and softmax: computed in float32 whatever type they are given, with results in that type. */

import { float, int } from '../attributes.ts';
import { commonType, type FloatType } from '../elementTypes.ts';
import { noScratch, type Operator, type Taking, type Value } from '../graph.ts';
import { filled, reduceSum, sumTo } from './broadcast.ts';
import { add, mul, sub } from './elementwise.ts';
import { reduceMean } from './mean.ts';
import { reshape } from './movement.ts';

const single = (x: Value): Value => x.graph.cast(x, 'float32');
const likeIn = (y: Value, x: Value): Value => x.graph.cast(y, x.type as FloatType);

export const Softmax: Operator<Taking<[x: Value], [x: Value], { axis: number }>> = {
  name: 'Softmax',
  attributes: { axis: int },
  build: (x) => likeIn(x.graph.emit(Softmax, [single(x)], { axis: -1 }), x),
  outputs: ([x]) => [x],
  backward: ({ outputs: [y] }, g) => [
    () => {
      const weighted = mul(g, y);
      return sub(weighted, mul(y, reduceSum(weighted, [y.shape.length - 1])));
    },
  ],
  result: 'over an input',
  scratchBytes: noScratch,
};

/** Softmax over the last axis. */
export const softmax = Softmax.build;

export const LayerNormalization: Operator<{
  inputs: [x: Value, scale: Value, bias: Value | null];
  attributes: { axis: number; epsilon: number };
  build: [x: Value, scale: Value, bias: Value | null, epsilon: number];
  /** Mean and inverse standard deviation serve the backward rule. */
  outputs: [y: Value, mean: Value, inverseDeviation: Value];
}> = {
  name: 'LayerNormalization',
  attributes: { axis: int, epsilon: float },
  build: (x, scale, bias, epsilon) => {
    const inputs: [Value, Value, Value | null] = [single(x), single(scale), bias && single(bias)];
    return likeIn(x.graph.emit(LayerNormalization, inputs, { axis: -1, epsilon }), x);
  },
  outputs: ([x, scale, bias]) => {
    const type = commonType(x, scale, bias);
    const statistics = { type, shape: [...x.shape.slice(0, -1), 1] };
    return [{ type, shape: x.shape }, statistics, statistics];
  },
  backward: ({ inputs: [x, scale], outputs: [, mean, inverseDeviation] }, g) => {
    const last = [x.shape.length - 1];
    const normalized = () => mul(sub(x, mean), inverseDeviation);
    return [
      () => {
        const hat = normalized();
        const scaled = mul(g, scale);
        const centred = sub(scaled, reduceMean(scaled, last));
        return mul(sub(centred, mul(hat, reduceMean(mul(scaled, hat), last))), inverseDeviation);
      },
      () => sumTo(mul(g, normalized()), scale.shape),
      // The bias has the shape of the scale.
      () => sumTo(g, scale.shape),
    ];
  },
  result: 'its own',
  scratchBytes: noScratch,
};

/** Layer normalisation over the last axis, with scale and bias of that axis' size. */
export const layerNorm = LayerNormalization.build;

/** Zero mean and unit variance over the last axis. */
export const standardize = (x: Value, epsilon: number): Value =>
  layerNorm(x, filled(x.graph, [x.size(-1)], 1), null, epsilon);

/** Group normalisation of x [N, C, H, W], with scale and bias [C]. */
export function groupNorm(x: Value, groups: number, scale: Value, bias: Value, epsilon: number): Value {
  const normalized = reshape(standardize(reshape(x, [x.size(0), groups, -1]), epsilon), x.shape);
  const perChannel = [1, x.size(1), 1, 1];
  return add(mul(normalized, reshape(scale, perChannel)), reshape(bias, perChannel));
}
