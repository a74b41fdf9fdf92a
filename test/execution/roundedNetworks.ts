/**
 * Half precision as a card computes it. The runtime's processor computes float16 operators in float32 and drops the casts
 * between them, so that nothing is ever rounded, overflows or underflows; here each result passes through an operator that
 * it has in float16.
 */

import { type BuildGraph, type GraphKey, Networks } from '../../daemon/src/execution/networks.ts';
import type { RunnableNetwork } from '../../daemon/src/execution/session.ts';
import { type Graph, Value } from '../../daemon/src/graph/graph.ts';
import { Reshape } from '../../daemon/src/graph/ops/movement.ts';

/** Networks whose float16 values are float16. */
export class RoundedNetworks extends Networks {
  constructor() {
    // Optimised, the operators that do nothing else would go.
    super(null, { optimization: 'disabled' }, 'fp16');
  }

  override load(key: GraphKey, build: BuildGraph): Promise<RunnableNetwork> {
    return super.load(key, (economy, weights) => rounded(build(economy, weights)));
  }
}

/** A Reshape to the same shape after each operator that computes in float16. */
export function rounded(graph: Graph): Graph {
  const nodes = graph.nodes.splice(0);
  for (const [i, { outputs, ...node }] of nodes.entries()) {
    const [output] = outputs;
    if (output?.type !== 'float16' || outputs.length > 1) {
      graph.nodes.push({ ...node, outputs });
      continue;
    }
    const exact = new Value(graph, `exact${i}`, 'float16', output.shape);
    const { shape } = output;
    graph.nodes.push({ ...node, outputs: [exact] });
    graph.nodes.push({
      operator: Reshape,
      inputs: [exact, graph.constant(shape, [shape.length], 'int64')],
      attributes: {},
      outputs: [output],
    });
  }
  return graph;
}
