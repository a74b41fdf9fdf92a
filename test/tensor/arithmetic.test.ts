/** Arithmetic on whole tensors: its definitions, and that shapes have to agree. */

import { describe, expect, it } from 'vitest';
import {
  add,
  addScaled,
  dot,
  lerp,
  mean,
  scale,
  subtract,
  weigh,
} from '../../daemon/src/tensor/arithmetic.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';

const a = tensor([1, 2], [1, 2]);
const b = tensor([1, 2], [3, -4]);

describe('arithmetic on tensors', () => {
  it.each([
    ['add', add(a, b), [4, -2]],
    ['subtract', subtract(a, b), [-2, 6]],
    ['scale', scale(a, 3), [3, 6]],
    ['addScaled', addScaled(a, b, 0.5), [2.5, 0]],
    ['lerp within', lerp(a, b, 0.5), [2, -1]],
    ['lerp beyond', lerp(a, b, 2), [5, -10]],
    ['weigh', weigh(2, a, -1, b), [-1, 8]],
    ['mean', mean([a, b, a, b]), [2, -1]],
  ])('%s is as it is defined, of the same shape', (_, result, expected) => {
    expect(result).toEqual(tensor([1, 2], expected));
  });

  it('leaves what it is given as it was', () => {
    mean([a, b]);
    addScaled(a, b, 1);
    expect([...a.data, ...b.data]).toEqual([1, 2, 3, -4]);
  });

  it('has an inner product', () => expect(dot(a, b)).toBe(-5));

  it('refuses tensors of different sizes, and the mean of none', () => {
    expect(() => add(a, tensor([1, 3]))).toThrow(RangeError);
    expect(() => mean([])).toThrow(RangeError);
  });
});
