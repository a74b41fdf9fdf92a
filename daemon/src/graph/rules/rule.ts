/** @file The form of a backward rule: how the gradient of a node's first output becomes gradients of its inputs. */

import type { Node, OpName, Value } from '../graph.ts';

/**
 * The gradient of one input: a way to emit it (called only when it is wanted), or why there is none.
 *
 * `constant` inputs (shapes, indices, masks) have no gradient. `frozen` ones have one that nobody needs, since the
 * networks' weights are never trained; asking for it is an error when the graph is built.
 */
export type InputGradient = (() => Value) | 'constant' | 'frozen';

/** Gradients of a node's inputs, in order, given the gradient of its first output. */
export type BackwardRule = (node: Node, gradient: Value) => readonly InputGradient[];

/** An operator whose result does not vary with its inputs, or which no differentiated graph may contain. */
export type NoRule = 'constant' | 'not differentiable';

export type RulesFor<Op extends OpName> = { readonly [K in Op]: BackwardRule | NoRule };
