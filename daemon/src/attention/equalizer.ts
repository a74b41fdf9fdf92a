/** @file Attention re-weighting of Prompt-to-Prompt (Hertz et al. 2022, section 3.2; `get_equalizer`). */

import { type Tensor, tensor } from '../tensor/tensor.ts';

/** A factor on the attention of some token positions. */
export interface TokenWeight {
  readonly tokens: readonly number[];
  readonly weight: number;
}

/** `[length]`: 1 everywhere, except the weight at the tokens of each entry; a later entry wins. */
export function equalizer(weights: readonly TokenWeight[], length: number): Tensor {
  const factors = tensor([length], new Float32Array(length).fill(1));
  for (const { tokens, weight } of weights) for (const token of tokens) factors.data[token] = weight;
  return factors;
}
