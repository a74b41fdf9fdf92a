/** @file Reproducible random numbers: the same seed gives the same picture on every machine. */

import { type Tensor, tensor } from './tensor.ts';

/**
 * A generator of uniform numbers in [0, 1) (mulberry32, public domain by Tommy Ettinger).
 *
 * @param seed any integer; only its low 32 bits count.
 */
export function uniformGenerator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Standard normal noise of the given shape (Box-Muller). */
export function normalTensor(shape: readonly number[], uniform: () => number): Tensor {
  const noise = tensor(shape);
  for (let i = 0; i < noise.data.length; i += 2) {
    // 1 - u lies in (0, 1], so the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    noise.data[i] = radius * Math.cos(angle);
    if (i + 1 < noise.data.length) noise.data[i + 1] = radius * Math.sin(angle);
  }
  return noise;
}

/** Uniform noise in [-bound, bound) of the given shape. */
export function uniformTensor(shape: readonly number[], bound: number, uniform: () => number): Tensor {
  const noise = tensor(shape);
  for (let i = 0; i < noise.data.length; i++) noise.data[i] = (2 * uniform() - 1) * bound;
  return noise;
}
