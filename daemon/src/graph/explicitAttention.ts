/**
 * @file Attention in single steps instead of the fused operator, for devices on which that operator cannot be trusted.
 *
 * Measured: on WebGPU over SwiftShader the runtime's MultiHeadAttention is off by 20 to 35 percent as soon as there are
 * more than 16 queries, while matrix products and softmax agree with the processor to 1e-6 (docs/gpu.md).
 */

import type { Graph, Node, Value } from './graph.ts';
import { explicitAttention } from './ops/attention.ts';

/** Puts matrix products and a softmax in the place of each fused attention; what the graph computes stays the same. */
export function withExplicitAttention(graph: Graph): Graph {
  const nodes = graph.nodes.splice(0);
  for (const node of nodes) {
    if (node.op !== 'MultiHeadAttention') graph.nodes.push(node);
    else replace(graph, node);
  }
  return graph;
}

function replace(graph: Graph, { inputs, attributes, outputs }: Node): void {
  const [q, k, v] = inputs as [Value, Value, Value];
  const heads = attributes.num_heads;
  if (heads?.kind !== 'int') throw new Error('fused attention without a number of heads');
  explicitAttention(q, k, v, heads.value);
  // Whoever reads the fused operator's result reads that of the last step.
  const last = graph.nodes.pop()!;
  graph.nodes.push({ ...last, outputs });
}
