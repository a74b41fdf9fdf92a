/** Runs a graph once on the CPU. */

import { type Feeds, type Results, Session } from '../../daemon/src/execution/session.ts';
import type { Graph } from '../../daemon/src/graph/graph.ts';
import { toOnnx } from '../../daemon/src/graph/onnx.ts';

export async function runGraph(graph: Graph, feeds: Feeds): Promise<Results> {
  const session = await Session.load(toOnnx(graph), null);
  const results = await session.run(feeds);
  await session.dispose();
  return results;
}
