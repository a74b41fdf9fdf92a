/** Reads the golden tensors: numbers of the reference PyTorch code (test/golden/README.md). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readHeader, readTensor } from '../daemon/src/tensor/safetensors.ts';
import type { Tensor } from '../daemon/src/tensor/tensor.ts';

export const GOLDEN = join(import.meta.dirname, 'golden/A');
export const MODEL = join(import.meta.dirname, 'golden/modelA');

/** The tensors of one file of the golden set, by name. */
export function golden(file: string): (name: string) => Tensor {
  const header = readHeader(join(GOLDEN, `${file}.safetensors`));
  return (name) => {
    const stored = header.tensors.get(name);
    if (stored === undefined) throw new Error(`${file}.safetensors has no ${name}`);
    return readTensor(stored);
  };
}

/** The largest difference, relative to the reference's largest magnitude. */
export function relativeError(actual: Tensor, expected: Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  let worst = 0;
  let largest = 0;
  for (const [i, value] of expected.data.entries()) {
    worst = Math.max(worst, Math.abs(actual.data[i]! - value));
    largest = Math.max(largest, Math.abs(value));
  }
  return worst / largest;
}

/** The parameters of one part of the golden set. */
export function goldenJson(file: string): unknown {
  return JSON.parse(readFileSync(join(GOLDEN, `${file}.json`), 'utf8'));
}
