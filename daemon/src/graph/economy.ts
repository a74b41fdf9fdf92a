/** @file What a graph does to save memory at the cost of time. It computes the same numbers. */

export interface Economy {
  /** Attention maps larger than this, in bytes, are computed and used for a part of the queries at a time. */
  readonly mapBytes: number;
  /** Whether the backward pass recomputes each block instead of keeping what the forward pass computed in it. */
  readonly recompute: boolean;
}

/** Spends memory where that saves time. */
export const LAVISH: Economy = { mapBytes: Number.POSITIVE_INFINITY, recompute: false };
