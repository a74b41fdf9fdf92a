/** @file Order: the runtime computes a value whenever its inputs are there, so what has to wait is given an input more. */

import type { Value } from '../graph.ts';
import { add, mul } from './elementwise.ts';
import { reshape, slice } from './movement.ts';

/**
 * x, not before the other values have been computed: nought times one element of each is added to it.
 *
 * It also keeps what is computed of it apart from what is computed of x, which the runtime would merge otherwise.
 */
export function after(x: Value, others: readonly Value[]): Value {
  const [signal, ...more] = others.map((other) => slice(reshape(other, [-1]), 0, 0, 1));
  if (signal === undefined) return x;
  return add(x, reshape(mul(more.reduce(add, signal), 0), []));
}
