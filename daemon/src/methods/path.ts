/** @file What an inversion brings to a sampling: where it starts, and what the branches are given at each step. */

import type { Contexts } from '../networks/spatialTransformer.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ProximalGuidance } from './proximalGuidance.ts';

/** The contexts [1, tokens, D] of one row of the batch. */
export type RowContexts = { readonly [K in keyof Contexts]: Tensor };

/** An inversion as an edit walks along it, steps counted from the noisiest. */
export interface Path {
  /** z*_0..z*_T */
  readonly latents: readonly Tensor[];
  /** What was learned, for a prompt embedding [1, tokens, D]; the embedding itself where nothing was. */
  readonly conditional: (step: number, prompt: Tensor) => Promise<RowContexts>;
  /** The embedding of the unconditional branch, [1, tokens, D]. */
  readonly unconditional: (step: number) => Tensor;
  /** The source's two branches are one: its prompt stands in both (negative-prompt inversion). */
  readonly oneSourceBranch: boolean;
  /** The source's latent is put back on the trajectory after each step (direct inversion). */
  readonly correctsSource: boolean;
  readonly proximal: ProximalGuidance | null;
}

/**
 * Whether the target has the learned contexts at a step, counted from the noisiest: while tau_v lasts. The official code
 * compares fractions of steps here, and whole steps elsewhere.
 */
export const takesLearned = (step: number, steps: number, tauV: number): boolean => step < steps * tauV;

/** Keys and values from one embedding. */
export const plainContexts = (embedding: Tensor): RowContexts => ({
  keyContext: embedding,
  valueContext: embedding,
});

/** The path of an inversion that learned nothing, plain DDIM's. */
export const plainPath = (latents: readonly Tensor[], unconditional: Tensor): Path => ({
  latents,
  conditional: async (_, prompt) => plainContexts(prompt),
  unconditional: () => unconditional,
  oneSourceBranch: false,
  correctsSource: false,
  proximal: null,
});
