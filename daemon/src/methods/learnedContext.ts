/** @file What an inversion learns for each timestep: a context of one branch, by a network or directly. */

import type { Value } from '../graph/graph.ts';
import { reshape } from '../graph/ops/movement.ts';
import {
  type MappingShape,
  parameterCount as mappingParameterCount,
  splitParameters as splitMappingParameters,
  valueContext,
} from '../networks/mappingNetwork.ts';
import type { Contexts } from '../networks/spatialTransformer.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The context itself is learned: no network, no picture (null-text inversion; paper, figure 16). */
export interface EmbeddingShape {
  readonly kind: 'embedding';
  /** Tokens of the text encoder: 77. */
  readonly promptTokens: number;
  /** D */
  readonly width: number;
}

export type ContextShape = MappingShape | EmbeddingShape;

/**
 * Where the learned context goes: into the values of the conditional branch (StyleDiffusion), its keys, or both
 * (variants of the paper's figure 14), or into the unconditional branch (null-text inversion).
 */
export type LearnedRole = 'values' | 'keys' | 'both' | 'unconditional';

/** What was learned of a picture. */
export interface Learned {
  readonly shape: ContextShape;
  readonly role: LearnedRole;
  /** E(x) [1, image tokens, D]; null for an embedding, which looks at no picture. */
  readonly imageTokens: Tensor | null;
  /** For each timestep, noisiest first, a flat vector [P]. */
  readonly parameters: readonly Tensor[];
}

/** P */
export const parameterCount = (shape: ContextShape): number =>
  shape.kind === 'embedding' ? shape.promptTokens * shape.width : mappingParameterCount(shape);

/** The flat vector [P] as the single parameters, each in its own shape. */
export const splitParameters = (flat: Value, shape: ContextShape): Value[] =>
  shape.kind === 'embedding'
    ? [reshape(flat, [1, shape.promptTokens, shape.width])]
    : splitMappingParameters(flat, shape);

/**
 * The learned context [1, tokens, D].
 *
 * @param imageTokens E(x), which only a network looks at.
 * @param prompt the embedding [1, tokens, D] that a network modulates.
 */
export function learnedContext(
  shape: ContextShape,
  parameters: readonly Value[],
  imageTokens: Value | null,
  prompt: Value,
): Value {
  return shape.kind === 'embedding' ? parameters[0]! : valueContext(shape, parameters, imageTokens!, prompt);
}

/** The contexts of a branch whose learned one is given; what is not learned stays as it is. */
export function inRole<T>(role: LearnedRole, learned: T): Partial<Record<keyof Contexts, T>> {
  return {
    ...(role === 'values' ? {} : { keyContext: learned }),
    ...(role === 'keys' ? {} : { valueContext: learned }),
  };
}
