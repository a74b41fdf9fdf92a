/**
 * @file Reverse-mode differentiation as a graph transform.
 *
 * The gradients are emitted as ordinary nodes of the same graph, so any execution provider runs them. Only the paths
 * that lead from a wanted value to the loss get a backward; frozen weights get none.
 */

import type { Node, Value } from './graph.ts';
import { add, mul } from './ops/elementwise.ts';
import { Recomputation } from './recompute.ts';

/**
 * What a loss is multiplied by before its backward pass in half precision, and its gradients are divided by after it:
 * the elements of a latent of 64 x 64, so that the mean's gradient becomes the sum's. Without it the gradients of single
 * elements lie below float16's smallest numbers (Micikevicius et al. 2018, Mixed Precision Training, section 3.2).
 */
const MEAN_LOSS_SCALE = 4 * 64 * 64;

/**
 * Gradients of a scalar loss with respect to the wanted values, in their order and shapes.
 *
 * @param lossScale for half precision: the default suits a loss that is a mean; a sum needs none, and would overflow.
 * @throws {Error} when the loss is not a scalar, does not depend on a wanted value, or an operator between them has
 *   no gradient: these are mistakes in building the graph, and show when it is built.
 */
export function gradients(loss: Value, wanted: readonly Value[], lossScale = MEAN_LOSS_SCALE): Value[] {
  if (loss.shape.length !== 0) throw new Error(`the loss has to be a scalar, not [${loss.shape}]`);
  const { graph } = loss;
  const scale = graph.precision === 'float16' ? lossScale : 1;
  const forward = [...graph.nodes];
  const varying = dependents(forward, wanted);
  const gradientOf = new Map<Value, Value>([[loss, graph.constant([scale])]]);
  const recomputation = graph.economy.recompute ? new Recomputation(graph, forward) : null;

  for (const node of forward.reverse()) {
    const [output, ...others] = node.outputs;
    if (output === undefined || !varying.has(output)) continue;
    const gradient = gradientOf.get(output);
    if (gradient === undefined) continue;
    if (others.some((other) => gradientOf.has(other)))
      throw new Error(`${node.operator.name}: only its first output has a gradient`);
    const seen = recomputation?.again(node, gradient) ?? node;
    for (const [index, inputGradient] of inputGradients(node, seen, gradient, varying)) {
      const input = node.inputs[index]!;
      recomputation?.hand(node, input, inputGradient);
      const sum = gradientOf.get(input);
      gradientOf.set(input, sum === undefined ? inputGradient : add(sum, inputGradient));
    }
  }

  return wanted.map((value) => {
    const gradient = gradientOf.get(value);
    if (gradient === undefined) throw new Error(`the loss does not depend on ${value.name}`);
    return scale === 1 ? gradient : mul(gradient, 1 / scale);
  });
}

/** The wanted values, and everything that is computed from them. */
function dependents(nodes: readonly Node[], wanted: readonly Value[]): ReadonlySet<Value> {
  const varying = new Set(wanted);
  for (const { inputs, outputs } of nodes) {
    if (inputs.some((input) => input !== null && varying.has(input)))
      for (const output of outputs) varying.add(output);
  }
  return varying;
}

/** The gradients of a node's inputs that vary, by their place; the rule sees the node as `seen`. */
function* inputGradients(
  node: Node,
  seen: Node,
  gradient: Value,
  varying: ReadonlySet<Value>,
): Generator<[number, Value]> {
  const rules = seen.operator.backward(seen, gradient);
  for (const [index, input] of node.inputs.entries()) {
    if (input === null || !varying.has(input)) continue;
    const inputRule = rules[index];
    if (inputRule === 'constant') continue;
    if (inputRule === 'frozen' || inputRule === undefined) {
      throw new Error(
        `${node.operator.name}: no gradient for its input ${index}, ${input.name}: it is meant to be frozen`,
      );
    }
    yield [index, inputRule()];
  }
}
