/**
 * @file Activations recomputed in the backward pass instead of kept (Chen et al. 2016, Training Deep Nets
 * with Sublinear Memory Cost): of each block, only what it reads from outside stays.
 */

import type { Graph, Node, Value } from './graph.ts';
import { after } from './ops/order.ts';

/** The blocks of a forward pass, walked from the last to the first. */
export class Recomputation {
  private readonly blocks: readonly (readonly Node[])[];
  private readonly blockOf = new Map<Node, number>();
  private readonly producer = new Map<Value, Node>();
  private readonly fixed: ReadonlySet<Value>;
  private current: number;
  private copies = new Map<Value, Value>();
  /** Gradients that the current block hands to others. */
  private handed: Value[] = [];

  private readonly graph: Graph;

  /** @param forward all nodes until now, in order; the last block, which ends in the loss, is not computed again. */
  constructor(graph: Graph, forward: readonly Node[]) {
    this.graph = graph;

    const ends = [...graph.blockEnds.filter((end) => end < forward.length), forward.length];
    this.blocks = ends.map((end, i) => forward.slice(ends[i - 1] ?? 0, end));
    for (const [i, nodes] of this.blocks.entries()) {
      for (const node of nodes) {
        this.blockOf.set(node, i);
        for (const output of node.outputs) this.producer.set(output, node);
      }
    }
    this.fixed = new Set([
      ...[...graph.constants.values()].map(({ value }) => value),
      ...[...graph.weights.values()].map(({ value }) => value),
    ]);
    this.current = this.blocks.length - 1;
  }

  /** The node with recomputed inputs and outputs; `gradient` is that of its first output. */
  again(node: Node, gradient: Value): Node {
    const block = this.blockOf.get(node)!;
    if (block !== this.current) this.enter(block, gradient);
    const copy = (value: Value) => this.copies.get(value) ?? value;
    const [output, ...others] = node.outputs;
    return {
      ...node,
      inputs: node.inputs.map((input) => input && copy(input)),
      outputs: [copy(output), ...others.map(copy)],
    };
  }

  /** Takes note of the gradient of an input of that node. */
  hand(node: Node, input: Value, gradient: Value): void {
    const from = this.producer.get(input);
    if (from === undefined || this.blockOf.get(from) !== this.blockOf.get(node)) this.handed.push(gradient);
  }

  /** Emits a block again. It waits for all gradients of the block after it, so that nothing of that one is still alive. */
  private enter(block: number, gradient: Value): void {
    const signals = [gradient, ...this.handed];
    this.current = block;
    this.copies = new Map();
    this.handed = [];
    for (const node of this.blocks[block]!) {
      const inputs = node.inputs.map((input) => input && this.second(input, block, signals));
      const { outputs } = this.graph.add(node.operator, inputs, node.attributes);
      for (const [i, output] of node.outputs.entries()) this.copies.set(output, outputs[i]!);
    }
  }

  /** The recomputed copy of a value that a block reads; what comes from outside is made to wait. */
  private second(value: Value, block: number, signals: readonly Value[]): Value {
    const known = this.copies.get(value);
    if (known !== undefined || this.fixed.has(value)) return known ?? value;
    const from = this.producer.get(value);
    if (from !== undefined && this.blockOf.get(from) === block)
      throw new Error(`${value.name} is read too early`);
    const waiting = after(value, signals);
    this.copies.set(value, waiting);
    return waiting;
  }
}
