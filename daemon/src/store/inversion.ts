/** @file An inverted picture: what every edit of it starts from. */

import { createHash } from 'node:crypto';
import type { InversionOptions } from '@palimpsest/protocol';
import type { MappingShape } from '../methods/mappingNetwork.ts';
import type { Optimised } from '../methods/styleDiffusion.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** What StyleDiffusion learned of a picture. */
export interface LearnedMapping {
  readonly shape: MappingShape;
  /** E(x) [1, image tokens, D] */
  readonly imageTokens: Tensor;
  /** M_i as flat vectors [P], noisiest timestep first. */
  readonly parameters: readonly Tensor[];
}

export interface Inversion {
  /** z*_0..z*_T */
  readonly latents: readonly Tensor[];
  /** null for plain DDIM, which learns nothing. */
  readonly learned: LearnedMapping | null;
}

/** What an inversion depends on. */
export interface InversionKey {
  /** The picture on the model's canvas [1, 3, H, W]. */
  readonly canvas: Tensor;
  readonly prompt: string;
  readonly options: InversionOptions;
  /** Of the model's weights. */
  readonly model: string;
}

/** Stored inversions of other versions are made anew. */
const VERSION = 1;

/** The content address of an inversion: sha256 over all that it depends on. */
export function inversionId({ canvas, prompt, options, model }: InversionKey): string {
  const hash = createHash('sha256').update(JSON.stringify([VERSION, prompt, options, model, canvas.shape]));
  const { buffer, byteOffset, byteLength } = canvas.data;
  return hash.update(new Uint8Array(buffer, byteOffset, byteLength)).digest('hex');
}

/** An inversion that was interrupted: it goes on from here. */
export type PartialInversion = Optimised;
