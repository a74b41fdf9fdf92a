/** @file The content address of an inverted picture in the store. */

import { createHash } from 'node:crypto';
import type { ResolvedInversion } from '../methods/inversion.ts';
import { storedOptions } from '../methods/inversions.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** What an inversion depends on. */
export interface InversionKey {
  /** The picture on the model's canvas [1, 3, H, W]. */
  readonly canvas: Tensor;
  readonly prompt: string;
  readonly options: ResolvedInversion;
  /** Of the model's weights. */
  readonly model: string;
}

/** Stored inversions of other versions are made anew. */
const VERSION = 2;

/** The content address of an inversion: sha256 over all that it depends on. */
export function inversionId({ canvas, prompt, options, model }: InversionKey): string {
  const facts = [VERSION, prompt, storedOptions(options), model, canvas.shape];
  const hash = createHash('sha256').update(JSON.stringify(facts));
  const { buffer, byteOffset, byteLength } = canvas.data;
  return hash.update(new Uint8Array(buffer, byteOffset, byteLength)).digest('hex');
}
