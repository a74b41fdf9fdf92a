/** @file How the target's cross-attention follows from the source's: replace, refine and reweight in one form. */

import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { Manner } from './manner.ts';

/**
 * Cross-attention control of an edit. With source maps A_s and own maps A, the edit's maps are
 * R = (A_s x mapper) * alphas + A * (1 - alphas), and the target's are
 * (R * timeAlphas[step] + A * (1 - timeAlphas[step])) * equalizer (Hertz et al. 2022).
 *
 * The official controllers weigh R alone, so that a word's weight counts only while its map follows the source.
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
  readonly manner: Manner;
}

/** The two factors that are left at one step: target maps = A_s x mapper + A * own. */
export function crossControlAt(control: CrossControl, step: number): { mapper: Tensor; own: Tensor } {
  const tokens = control.alphas.shape[0]!;
  const fromSource = new Float32Array(tokens);
  const own = tensor([tokens]);
  for (let token = 0; token < tokens; token++) {
    const time = control.timeAlphas.data[step * tokens + token]!;
    const weight = control.equalizer.data[token]!;
    const edited = time * weight;
    fromSource[token] = edited * control.alphas.data[token]!;
    own.data[token] =
      edited * (1 - control.alphas.data[token]!) + (1 - time) * (control.manner === 'official' ? 1 : weight);
  }
  const mapper = tensor(
    [tokens, tokens],
    control.mapper.data.map((weight, i) => weight * fromSource[i % tokens]!),
  );
  return { mapper, own };
}
