/** Reads the golden tensors: numbers of the reference PyTorch code (test/golden/README.md). */

import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Tensor } from '../daemon/src/tensor/tensor.ts';
import { difference } from '../parity/src/difference.ts';
import { GoldenFolder } from '../parity/src/goldenFolder.ts';

export const GOLDEN = join(import.meta.dirname, 'golden/A');
export const MODEL = join(import.meta.dirname, 'golden/modelA');

const folder = new GoldenFolder(GOLDEN);

/** The tensors of one file of the golden set, by name. */
export function golden(file: string): (name: string) => Tensor {
  const tensors = folder.tensors(file);
  if (tensors === null) throw new Error(`there is no ${file}.safetensors`);
  return (name) => tensors.read(name);
}

/** The largest difference, relative to the reference's largest magnitude. */
export function relativeError(actual: Tensor, expected: Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  return difference(actual.data, expected.data).relative;
}

/** The parameters of one part of the golden set. */
export function goldenJson(file: string): unknown {
  return folder.json(file, z.unknown());
}
