/**
 * @file Attention step by step instead of by the fused operator, for devices on which that operator cannot be trusted.
 *
 * Measured: on WebGPU over SwiftShader the runtime's MultiHeadAttention is off by 20 to 35 percent as soon as there are
 * more than 16 queries, while matrix products and softmax agree with the processor to 1e-6 (docs/gpu.md).
 */

import { type Graph, isOf } from './graph.ts';
import { explicitAttention, MultiHeadAttention } from './ops/attention.ts';

/** Replaces each fused attention by matrix products and a softmax; the graph computes the same. */
export function withExplicitAttention(graph: Graph): Graph {
  const nodes = graph.nodes.splice(0);
  for (const node of nodes) {
    if (!isOf(node, MultiHeadAttention)) {
      graph.nodes.push(node);
      continue;
    }
    explicitAttention(...node.inputs, node.attributes.num_heads);
    // What read the fused operator's result now reads that of the last step.
    const last = graph.nodes.pop()!;
    graph.nodes.push({ ...last, outputs: node.outputs });
  }
  return graph;
}
