/** @file The prompt-refinement alignment of Prompt-to-Prompt (Hertz et al. 2022; seq_aligner.py). */

import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { Manner } from './manner.ts';

/** Needleman-Wunsch scores of the reference: a gap costs nothing. */
const GAP = 0;
const MATCH = 1;
const MISMATCH = -1;

/** Marks a target token that has no counterpart in the source. */
const NEW_TOKEN = -1;

/** The alignment of a target prompt's tokens with the source's. */
export interface Refinement {
  /** `[length]`: the source position of each target token, -1 where the token is new. */
  readonly positions: Tensor;
  /** `[length]`: 1 where the source's map is taken, 0 where the token is new and keeps its own. */
  readonly alphas: Tensor;
}

/**
 * Aligns two prompts token by token, start and end included.
 *
 * Padding keeps its place where the source has padding there, too; the rest of it follows the source's first padding token.
 * In the official code it always keeps its place, even where a longer source has words.
 *
 * @param source ids of the source prompt with start and end, unpadded.
 * @param target ids of the target prompt, likewise; at most `length`.
 * @param length tokens of a context.
 */
export function refineMapper(
  source: readonly number[],
  target: readonly number[],
  length: number,
  manner: Manner = 'exact',
): Refinement {
  const positions = tensor([length]);
  const alphas = tensor([length]);
  for (const [j, position] of align(source, target).entries()) {
    positions.data[j] = position;
    alphas.data[j] = position === NEW_TOKEN ? 0 : 1;
  }
  for (let j = target.length; j < length; j++) {
    positions.data[j] = manner === 'official' ? j : Math.min(Math.max(j, source.length), length - 1);
    alphas.data[j] = 1;
  }
  return { positions, alphas };
}

/**
 * A refinement's positions as a matrix `[length, length]`: target maps = source maps x this. The column of a
 * new token is zero; the reference reads the last source column there and multiplies it by alpha 0.
 */
export function gatherMatrix(positions: Tensor): Tensor {
  const [length = 0] = positions.shape;
  const matrix = tensor([length, length]);
  for (const [j, position] of positions.data.entries()) {
    if (position !== NEW_TOKEN) matrix.data[position * length + j] = 1;
  }
  return matrix;
}

/** The source position of each target id, or NEW_TOKEN. */
function align(source: readonly number[], target: readonly number[]): number[] {
  const scores = source.map(() => new Array<number>(target.length + 1).fill(0));
  scores.unshift(Array.from({ length: target.length + 1 }, (_, j) => j * GAP));
  const at = (i: number, j: number): number => (j === 0 ? i * GAP : scores[i]![j]!);
  const diagonal = (i: number, j: number): number =>
    at(i - 1, j - 1) + (source[i - 1] === target[j - 1] ? MATCH : MISMATCH);
  for (let i = 1; i <= source.length; i++) {
    for (let j = 1; j <= target.length; j++) {
      scores[i]![j] = Math.max(at(i, j - 1) + GAP, at(i - 1, j) + GAP, diagonal(i, j));
    }
  }
  const positions = new Array<number>(target.length).fill(NEW_TOKEN);
  // Back from the end; of equal scores the reference prefers a new token, then a dropped one, then a pair.
  for (let i = source.length, j = target.length; j > 0; ) {
    if (i === 0 || at(i, j) === at(i, j - 1) + GAP) {
      j -= 1;
    } else if (at(i, j) === at(i - 1, j) + GAP) {
      i -= 1;
    } else {
      positions[j - 1] = i - 1;
      i -= 1;
      j -= 1;
    }
  }
  return positions;
}
