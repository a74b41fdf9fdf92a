/** @file What a graph does to take less memory, at the price of time. The numbers that it computes stay the same. */

export interface Economy {
  /** Attention maps above this, in bytes, are computed and used a part of the queries at a time. */
  readonly mapBytes: number;
  /** Whether the backward pass computes each block once more instead of keeping what the forward pass had there. */
  readonly recompute: boolean;
}

/** Spends memory where that saves time. */
export const LAVISH: Economy = { mapBytes: Number.POSITIVE_INFINITY, recompute: false };
