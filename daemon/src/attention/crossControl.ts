/** @file How the target's cross-attention follows from the source's: replace, refine and reweight in one form. */

import { type Tensor, tensor } from '../tensor/tensor.ts';

/**
 * Cross-attention control of an edit. With source maps A_s and own maps A, the edit's maps are
 * R = ((A_s x mapper) * alphas + A * (1 - alphas)) * equalizer, and the target's are
 * R * timeAlphas[step] + A * (1 - timeAlphas[step]) (Hertz et al. 2022; official controllers).
 */
export interface CrossControl {
  /** [tokens, tokens]: `replaceMapper`, or `gatherMatrix` of a refinement. */
  readonly mapper: Tensor;
  /** [tokens]: 1 everywhere for replace; a refinement's alphas. */
  readonly alphas: Tensor;
  /** [tokens] */
  readonly equalizer: Tensor;
  /** [steps + 1, tokens] */
  readonly timeAlphas: Tensor;
}

/** The two factors that are left at one step: target maps = A_s x mapper + A * own. */
export function crossControlAt(control: CrossControl, step: number): { mapper: Tensor; own: Tensor } {
  const tokens = control.alphas.shape[0]!;
  const fromSource = new Float32Array(tokens);
  const own = tensor([tokens]);
  for (let token = 0; token < tokens; token++) {
    const time = control.timeAlphas.data[step * tokens + token]!;
    const edited = time * control.equalizer.data[token]!;
    fromSource[token] = edited * control.alphas.data[token]!;
    own.data[token] = edited * (1 - control.alphas.data[token]!) + 1 - time;
  }
  const mapper = tensor(
    [tokens, tokens],
    control.mapper.data.map((weight, i) => weight * fromSource[i % tokens]!),
  );
  return { mapper, own };
}
