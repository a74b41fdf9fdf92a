/** @file Arithmetic on whole tensors of one shape: computed in double precision, rounded to float32 once. */

import { type Tensor, tensor } from './tensor.ts';

const zip = (a: Tensor, b: Tensor, f: (x: number, y: number) => number): Tensor => {
  if (a.data.length !== b.data.length)
    throw new RangeError(`tensors of shape [${a.shape}] and [${b.shape}] have no common arithmetic`);
  return tensor(
    a.shape,
    a.data.map((x, i) => f(x, b.data[i]!)),
  );
};

/** a + b */
export const add = (a: Tensor, b: Tensor): Tensor => zip(a, b, (x, y) => x + y);

/** a - b */
export const subtract = (a: Tensor, b: Tensor): Tensor => zip(a, b, (x, y) => x - y);

/** factor * a */
export const scale = (a: Tensor, factor: number): Tensor =>
  tensor(
    a.shape,
    a.data.map((x) => factor * x),
  );

/** a + factor * b */
export const addScaled = (a: Tensor, b: Tensor, factor: number): Tensor =>
  zip(a, b, (x, y) => x + factor * y);

/** From a (part 0) to b (part 1), and on beyond them. */
export const lerp = (a: Tensor, b: Tensor, part: number): Tensor => zip(a, b, (x, y) => x + part * (y - x));

/** ofA * a + ofB * b */
export const weigh = (ofA: number, a: Tensor, ofB: number, b: Tensor): Tensor =>
  zip(a, b, (x, y) => ofA * x + ofB * y);

/** The mean of several, rounded to float32 after each addition. @throws {RangeError} of none. */
export const mean = (tensors: readonly Tensor[]): Tensor => {
  const [first, ...rest] = tensors;
  if (first === undefined) throw new RangeError('no tensors have no mean');
  const count = tensors.length;
  const part = tensor(
    first.shape,
    first.data.map((x) => x / count),
  );
  return rest.reduce((sum, each) => zip(sum, each, (x, y) => x + y / count), part);
};

/** The inner product of two tensors. */
export const dot = (a: Tensor, b: Tensor): number => a.data.reduce((sum, x, i) => sum + x * b.data[i]!, 0);
