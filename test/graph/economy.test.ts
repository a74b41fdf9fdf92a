/** Saving memory changes how much a graph takes, and no number of what it computes. */

import { describe, expect, it } from 'vitest';
import { gradients } from '../../daemon/src/graph/backward.ts';
import { type Economy, LAVISH } from '../../daemon/src/graph/economy.ts';
import { withExplicitAttention } from '../../daemon/src/graph/explicitAttention.ts';
import { Graph, isOf, type Value } from '../../daemon/src/graph/graph.ts';
import { memoryUse } from '../../daemon/src/graph/memory.ts';
import { explicitAttention, fusedAttention } from '../../daemon/src/graph/ops/attention.ts';
import { add, erf, exp, mul } from '../../daemon/src/graph/ops/elementwise.ts';
import { mean } from '../../daemon/src/graph/ops/mean.ts';
import { Softmax } from '../../daemon/src/graph/ops/normalize.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { runGraph } from './run.ts';

const SHAPE = [2, 24, 8];
const HEADS = 2;
/** Of 5 queries: 24 of them do not part evenly. */
const MAP_BYTES = 5 * 4 * 2 * HEADS * 24;

const normal = (seed: number) => normalTensor(SHAPE, uniformGenerator(seed));
const feeds = { q: normal(1), k: normal(2), v: normal(3) };

/** Blocks that attend to themselves and to each other, the loss, and its gradients. */
function chain(economy: Economy, blocks: number, explicit = false): Graph {
  const graph = new Graph(economy);
  const [q, k, v] = ['q', 'k', 'v'].map((name) => graph.input(name, SHAPE)) as [Value, Value, Value];
  let x = q;
  for (let i = 0; i < blocks; i++) {
    graph.endBlock();
    x = add(x, fusedAttention(erf(x), k, mul(v, exp(mul(x, 0.1))), HEADS));
  }
  graph.endBlock();
  const loss = mean(mul(x, x));
  graph.output('x', x);
  graph.output('loss', loss);
  for (const [i, gradient] of gradients(loss, [q, k, v]).entries()) graph.output(`gradient${i}`, gradient);
  return explicit ? withExplicitAttention(graph) : graph;
}

const SLICED = { mapBytes: MAP_BYTES, recompute: false };
const RECOMPUTED = { ...LAVISH, recompute: true };

describe.each([
  ['slices of attention', SLICED, false],
  ['slices of attention in single steps', SLICED, true],
  ['activations computed twice', RECOMPUTED, false],
  ['both', { ...SLICED, recompute: true }, true],
])('%s', (_, economy, explicit) => {
  it('leave results and gradients as they are', async () => {
    const plain = await runGraph(chain(LAVISH, 3), feeds);
    const spared = await runGraph(chain(economy, 3, explicit), feeds);
    expect(Object.keys(spared)).toEqual(Object.keys(plain));
    for (const [name, { data }] of Object.entries(plain)) {
      const largest = Math.max(...data.map(Math.abs));
      const errors = spared[name]!.data.map((value, i) => Math.abs(value - data[i]!));
      expect(Math.max(...errors) / largest, name).toBeLessThan(2e-6);
    }
  });
});

describe('the memory of a run', () => {
  it('holds no map as large as the whole once attention is sliced', () => {
    const whole = 4 * 2 * HEADS * 24 * 24;
    const isMap = ({ shape }: Value) => shape.at(-1) === 24 && shape.length === 4;
    const largest = (graph: Graph) =>
      Math.max(
        ...graph.nodes.flatMap(({ outputs }) =>
          outputs.filter(isMap).map(({ shape }) => 4 * shape.reduce((a, b) => a * b)),
        ),
      );
    expect(largest(chain(LAVISH, 1, true))).toBe(whole);
    expect(largest(chain(SLICED, 1, true))).toBeLessThanOrEqual(MAP_BYTES);
  });

  it('counts a map in half precision as its softmax is, in float32', () => {
    const graph = new Graph(SLICED, 'float16');
    const [q, k, v] = ['q', 'k', 'v'].map((name) => graph.cast(graph.input(name, SHAPE), 'float16'));
    graph.output('x', explicitAttention(q!, k!, v!, HEADS));
    const maps = graph.nodes.filter((node) => isOf(node, Softmax)).flatMap(({ outputs }) => outputs);
    expect(maps.length).toBeGreaterThan(1);
    for (const { type, shape } of maps) {
      expect(type).toBe('float32');
      expect(4 * shape.reduce((a, b) => a * b)).toBeLessThanOrEqual(MAP_BYTES);
    }
  });

  it('grows with the blocks when activations are kept, and hardly when they are computed twice', () => {
    const growth = (economy: Economy) =>
      memoryUse(chain(economy, 24)).activations - memoryUse(chain(economy, 12)).activations;
    const block = 4 * SHAPE.reduce((a, b) => a * b);
    // What a block takes from outside stays, and the sums of the gradients of keys and values.
    expect(growth(RECOMPUTED)).toBeLessThan(12 * 3 * block);
    expect(growth(LAVISH)).toBeGreaterThan(2 * growth(RECOMPUTED));
  });

  it('counts weights as they are stored', () => {
    const graph = new Graph();
    const source = {
      has: () => true,
      get: (_: string, shape: readonly number[]) =>
        ({ file: 'w', dtype: 'F16', shape, offset: 0, length: 32 }) as const,
    };
    graph.output('y', mul(graph.input('x', [4, 4]), graph.weight(source, 'w', [4, 4])));
    // The cast is kept where it is computed once, and comes and goes with each run where it is not.
    const [once, eachRun] = [memoryUse(graph), memoryUse(graph, false)];
    expect(once).toEqual({ weights: 32, folded: 64, activations: 64 });
    // The product is left where the cast was.
    expect(eachRun).toEqual({ weights: 32, folded: 0, activations: 64 });
  });
});
