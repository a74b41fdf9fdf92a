/** @file Adam (Kingma and Ba 2014) as a part of the graph, so that an optimisation step is one run. */

import type { Value } from '../graph/graph.ts';
import { add, div, mul, sqrt, sub } from '../graph/ops/elementwise.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Parameters and moments, each a flat vector [P]. */
export interface AdamState<T> {
  readonly parameters: T;
  readonly firstMoment: T;
  readonly secondMoment: T;
}

/** What changes from step to step: learning rate and bias corrections, as scalars. */
export interface AdamSchedule<T> {
  /** lr / (1 - beta1^k) */
  readonly stepSize: T;
  /** sqrt(1 - beta2^k) */
  readonly deviationCorrection: T;
}

/** One step, in the arithmetic of PyTorch's Adam. */
export function adamStep(
  { parameters, firstMoment, secondMoment }: AdamState<Value>,
  gradient: Value,
  { stepSize, deviationCorrection }: AdamSchedule<Value>,
  { beta1, beta2, epsilon }: AdamOptions,
): AdamState<Value> {
  const first = add(mul(firstMoment, beta1), mul(gradient, 1 - beta1));
  const second = add(mul(secondMoment, beta2), mul(mul(gradient, gradient), 1 - beta2));
  const deviation = add(div(sqrt(second), deviationCorrection), epsilon);
  return {
    parameters: sub(parameters, mul(stepSize, div(first, deviation))),
    firstMoment: first,
    secondMoment: second,
  };
}

/** A fresh optimiser at these parameters. */
export function freshAdam(parameters: Tensor): AdamState<Tensor> {
  return { parameters, firstMoment: tensor(parameters.shape), secondMoment: tensor(parameters.shape) };
}

/** The scalars of step k = 1, 2, .... */
export function adamSchedule(
  learningRate: number,
  k: number,
  { beta1, beta2 }: AdamOptions,
): AdamSchedule<Tensor> {
  return {
    stepSize: tensor([], [learningRate / (1 - beta1 ** k)]),
    deviationCorrection: tensor([], [Math.sqrt(1 - beta2 ** k)]),
  };
}
