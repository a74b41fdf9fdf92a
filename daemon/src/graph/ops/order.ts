/** @file Order: the runtime computes a value as soon as its inputs are there, so what has to wait gets one input more. */

import type { Value } from '../graph.ts';
import { add, mul } from './elementwise.ts';
import { reshape, slice } from './movement.ts';

/**
 * x, but only once the other values have been computed: zero times one element of each is added to it.
 *
 * It also keeps what is computed from it apart from what is computed from x, which the runtime would otherwise merge.
 */
export function after(x: Value, others: readonly Value[]): Value {
  const [signal, ...more] = others.map((other) => slice(reshape(other, [-1]), 0, 0, 1));
  if (signal === undefined) return x;
  return add(x, reshape(mul(more.reduce(add, signal), 0), []));
}
