/**
 * @file How much memory a run of a graph takes, worked out from the graph itself: all shapes are known when it is built.
 *
 * It follows the runtime's order of execution, adds up what is alive, and takes the worst moment.
 */

import { bytesOf, bytesPerElement } from './elementTypes.ts';
import { type Graph, type Node, neededNodes, type Value } from './graph.ts';

/** What a graph takes, in bytes. */
export interface MemoryUse {
  /** Weights, as they are stored. */
  readonly weights: number;
  /** What the runtime computes from weights alone when it loads the graph, and keeps. */
  readonly folded: number;
  /** The most that is alive at one moment of a run, besides the weights. */
  readonly activations: number;
}

/**
 * What a graph takes on a device that computes as the runtime does on the processor.
 *
 * @param folding whether the runtime computes what depends on weights alone when it loads the graph.
 */
export function memoryUse(graph: Graph, folding = true): MemoryUse {
  const { nodes: all, needed } = neededNodes(graph);
  const { folded, nodes } = folding ? fold(graph, all) : { folded: 0, nodes: all };
  const weights = [...graph.weights.values()]
    .filter(({ value }) => needed.has(value))
    .reduce((sum, { value }) => sum + bytesOf(value), 0);
  const run = peak(inRuntimeOrder(graph, nodes), new Set(graph.outputs.values()));
  return { weights, folded, activations: run };
}

/**
 * The runtime computes what depends on weights and constants alone once, when it loads the graph, and keeps it: above all
 * the casts of weights that are stored as fp16.
 */
function fold(graph: Graph, nodes: readonly Node[]): { folded: number; nodes: Node[] } {
  const fixed = new Set<Value | null>([null]);
  for (const { value } of [...graph.constants.values(), ...graph.weights.values()]) fixed.add(value);
  let folded = 0;
  const rest = nodes.filter(({ operator, inputs, outputs }) => {
    if (inputs.some((input) => !fixed.has(input))) return true;
    for (const output of outputs) {
      fixed.add(output);
      // A weight in another shape takes no memory of its own.
      if (operator.result !== 'the input itself') folded += bytesOf(output);
    }
    return false;
  });
  return { folded, nodes: rest };
}

/** Memory that holds one value after another. */
interface Buffer {
  readonly bytes: number;
  /** Of the first value in it. */
  readonly shape: string;
  readonly from: number;
  until: number;
}

/**
 * The most that is alive at once.
 *
 * The runtime passes a buffer on to the next value of the same shape, however much later that is made, and keeps it until
 * then: so each shape has a pool that lives from its first to its last use.
 */
function peak(nodes: readonly Node[], outputs: ReadonlySet<Value>): number {
  const uses = useCounts(nodes, outputs);
  const bufferOf = new Map<Value, Buffer>();
  /** How often the values that share a buffer will still be used. */
  const readers = new Map<Buffer, number>();
  const free = new Map<string, Buffer[]>();
  const all: Buffer[] = [];

  for (const [step, node] of nodes.entries()) {
    for (const output of node.outputs) {
      const buffer =
        inPlace(node, output, bufferOf, readers) ??
        free.get(shapeKey(output))?.pop() ??
        newBuffer(output, step);
      if (buffer.from === step) all.push(buffer);
      bufferOf.set(output, buffer);
      readers.set(buffer, (readers.get(buffer) ?? 0) + (uses.get(output) ?? 1));
    }
    const read = [...node.inputs, ...node.outputs.filter((output) => !uses.has(output))];
    for (const value of read) {
      const buffer = value === null ? undefined : bufferOf.get(value);
      if (value === null || buffer === undefined) continue;
      buffer.until = step;
      const left = readers.get(buffer)! - 1;
      readers.set(buffer, left);
      if (left === 0) push(free, buffer.shape, buffer);
    }
  }
  return mostAtOnce(nodes, all);
}

const newBuffer = (value: Value, step: number): Buffer => ({
  bytes: bytesOf(value),
  shape: shapeKey(value),
  from: step,
  until: step,
});

function mostAtOnce(nodes: readonly Node[], buffers: readonly Buffer[]): number {
  const change = new Float64Array(nodes.length + 1);
  for (const { bytes, from, until } of buffers) {
    change[from]! += bytes;
    change[until + 1]! -= bytes;
  }
  let alive = 0;
  let most = 0;
  for (const [step, node] of nodes.entries()) {
    alive += change[step]!;
    most = Math.max(most, alive + node.operator.scratchBytes(node));
  }
  return most;
}

function useCounts(nodes: readonly Node[], outputs: ReadonlySet<Value>): Map<Value, number> {
  const uses = new Map<Value, number>();
  const count = (value: Value) => uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const { inputs } of nodes) for (const input of inputs) if (input !== null) count(input);
  for (const output of outputs) count(output);
  return uses;
}

/** The buffer of the input that a node overwrites with its result, if there is one. */
function inPlace(
  { operator, inputs }: Node,
  output: Value,
  bufferOf: ReadonlyMap<Value, Buffer>,
  readers: ReadonlyMap<Buffer, number>,
): Buffer | undefined {
  if (operator.result === 'the input itself') return bufferOf.get(inputs[0]!);
  if (operator.result === 'its own') return undefined;
  for (const input of inputs.slice(0, 2)) {
    const buffer = input === null ? undefined : bufferOf.get(input);
    if (buffer !== undefined && readers.get(buffer) === 1 && input!.shape.join() === output.shape.join())
      return buffer;
  }
  return undefined;
}

const shapeKey = ({ type, shape }: Value): string => `${bytesPerElement(type)}[${shape}]`;

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/**
 * The order in which the runtime computes: depth first from the results, and of a node's inputs, the one that was emitted
 * last comes first.
 */
function inRuntimeOrder(graph: Graph, nodes: readonly Node[]): Node[] {
  const position = new Map(nodes.map((node, i) => [node, i]));
  const producer = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; done: boolean }[] = [...graph.outputs.values()].flatMap((output) => {
    const node = producer.get(output);
    return node === undefined ? [] : [{ node, done: false }];
  });
  while (stack.length > 0) {
    const { node, done } = stack.pop()!;
    if (done) {
      order.push(node);
      continue;
    }
    if (seen.has(node)) continue;
    seen.add(node);
    stack.push({ node, done: true });
    const before = node.inputs
      .flatMap((input) => (input === null ? [] : (producer.get(input) ?? [])))
      .filter((one) => !seen.has(one));
    before.sort((a, b) => position.get(a)! - position.get(b)!);
    for (const one of before) stack.push({ node: one, done: false });
  }
  return order;
}
