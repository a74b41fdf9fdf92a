/** Devices: which one is taken, and graphs for those on which the fused attention cannot be trusted. */

import { describe, expect, it } from 'vitest';
import { withExplicitAttention } from '../../daemon/src/graph/explicitAttention.ts';
import { Graph } from '../../daemon/src/graph/graph.ts';
import { toOnnx } from '../../daemon/src/graph/onnx.ts';
import { fusedAttention } from '../../daemon/src/graph/ops/attention.ts';
import { add } from '../../daemon/src/graph/ops/elementwise.ts';
import { chooseDevice, judge } from '../../daemon/src/models/chooseDevice.ts';
import { Session } from '../../daemon/src/runtime/session.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { relativeError } from '../golden.ts';

describe('a device', () => {
  it('is used when it computes what the processor does, and sooner', () => {
    expect(judge({ milliseconds: 5, processor: 80, error: 1e-6 }).usable).toBe(true);
    expect(judge({ milliseconds: 90, processor: 80, error: 1e-6 }).usable).toBe(false);
    expect(judge({ milliseconds: 5, processor: 80, error: 0.2 })).toEqual({
      usable: false,
      why: expect.stringContaining('something else'),
    });
    expect(judge({ milliseconds: 5, processor: 80, error: Number.NaN }).usable).toBe(false);
    expect(judge(null).usable).toBe(false);
  });

  it('that was asked for is taken without a try, and refused where the runtime has none', async () => {
    expect(await chooseDevice('cpu')).toEqual({
      device: 'cpu',
      reason: expect.stringContaining('as asked for'),
    });
    const foreign = process.platform === 'darwin' ? 'dml' : 'coreml';
    await expect(chooseDevice(foreign)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});

describe('attention in single steps', () => {
  it('computes what the fused operator does, wherever it stands in the graph', async () => {
    const build = () => {
      const graph = new Graph();
      const [q, k, v] = ['q', 'k', 'v'].map((name) => graph.input(name, [2, 20, 16]));
      const once = fusedAttention(q!, k!, v!, 4);
      graph.output('y', add(fusedAttention(once, k!, v!, 2), once));
      return graph;
    };
    const explicit = withExplicitAttention(build());
    expect(explicit.nodes.some(({ op }) => op === 'MultiHeadAttention')).toBe(false);
    const uniform = uniformGenerator(5);
    const feeds = Object.fromEntries(
      ['q', 'k', 'v'].map((name) => [name, normalTensor([2, 20, 16], uniform)]),
    );
    const results = await Promise.all(
      [build(), explicit].map(async (graph) => (await Session.load(toOnnx(graph), null)).run(feeds)),
    );
    expect(relativeError(results[1]!.y!, results[0]!.y!)).toBeLessThan(1e-6);
  });
});
