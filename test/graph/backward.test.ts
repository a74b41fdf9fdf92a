/** Every backward rule against central differences, and the laws of the whole. */

import { describe, expect, it } from 'vitest';
import { BACKWARD_RULES, gradients } from '../../daemon/src/graph/backward.ts';
import { Graph, type OpName, type Value } from '../../daemon/src/graph/graph.ts';
import { attend, attentionMap, fusedAttention } from '../../daemon/src/graph/ops/attention.ts';
import { averagePool2, conv, upsampleNearest } from '../../daemon/src/graph/ops/convolution.ts';
import * as e from '../../daemon/src/graph/ops/elementwise.ts';
import { linear, matmul } from '../../daemon/src/graph/ops/linear.ts';
import { concat, expand, pad, reshape, slice, transpose } from '../../daemon/src/graph/ops/movement.ts';
import { groupNorm, layerNorm, softmax } from '../../daemon/src/graph/ops/normalize.ts';
import { mean, reduceMean, reduceSum } from '../../daemon/src/graph/ops/reduction.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { runGraph } from './run.ts';

interface Case {
  readonly op: OpName;
  readonly law: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...inputs: Value[]) => Value;
  /** Inputs shifted away from 0, where a division or a square root is steep. */
  readonly positive?: boolean;
}

const CASES: readonly Case[] = [
  {
    op: 'Add',
    law: 'a broadcast operand sums its gradient',
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
    build: (a, b) => e.add(a, b),
  },
  {
    op: 'Sub',
    law: 'the second operand has the opposite sign',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => e.sub(a, b),
  },
  { op: 'Mul', law: 'product rule, broadcast', shapes: [[2, 3], [3]], build: (a, b) => e.mul(a, b) },
  { op: 'Mul', law: 'a value times itself counts twice', shapes: [[5]], build: (a) => e.mul(a, a) },
  {
    op: 'Div',
    law: 'quotient rule, broadcast',
    shapes: [
      [2, 3],
      [1, 3],
    ],
    build: (a, b) => e.div(a, b),
    positive: true,
  },
  { op: 'Neg', law: 'sign', shapes: [[4]], build: e.neg },
  { op: 'Sqrt', law: 'half its inverse', shapes: [[4]], build: e.sqrt, positive: true },
  { op: 'Exp', law: 'itself', shapes: [[4]], build: e.exp },
  { op: 'Erf', law: 'a Gaussian', shapes: [[6]], build: e.erf },
  { op: 'Sigmoid', law: 'y (1 - y)', shapes: [[6]], build: e.sigmoid },
  { op: 'LeakyRelu', law: 'slope below zero', shapes: [[9]], build: (x) => e.leakyRelu(x, 0.01) },
  {
    op: 'Where',
    law: 'only the chosen branch',
    shapes: [[9], [9]],
    build: (a, b) => e.where(e.greater(a, 0), a, b),
  },
  {
    op: 'MatMul',
    law: 'both sides, batched',
    shapes: [
      [2, 3, 4],
      [2, 4, 2],
    ],
    build: matmul,
  },
  {
    op: 'MatMul',
    law: 'a broadcast side sums over the batch',
    shapes: [
      [3, 4],
      [2, 4, 2],
    ],
    build: matmul,
  },
  {
    op: 'Gemm',
    law: 'linear layer: input, weight and bias',
    shapes: [[2, 3, 4], [5, 4], [5]],
    build: linear,
  },
  {
    op: 'Conv',
    law: 'padding',
    shapes: [[1, 2, 4, 5]],
    build: (x) => conv(x, weight(x, [3, 2, 3, 3]), null, { padding: [1, 1, 1, 1] }),
  },
  {
    op: 'Conv',
    law: 'stride with an even size',
    shapes: [[2, 2, 6, 4]],
    build: (x) => conv(x, weight(x, [3, 2, 3, 3]), null, { stride: 2, padding: [1, 1, 1, 1] }),
  },
  {
    op: 'Conv',
    law: 'stride, padded at the far side only',
    shapes: [[1, 2, 6, 4]],
    build: (x) => conv(x, weight(x, [2, 2, 3, 3]), null, { stride: 2, padding: [0, 0, 1, 1] }),
  },
  {
    op: 'Conv',
    law: 'bias',
    shapes: [[1, 2, 3, 3], [4]],
    build: (x, b) => conv(x, weight(x, [4, 2, 1, 1]), b),
  },
  { op: 'Resize', law: 'four pixels sum into one', shapes: [[1, 2, 3, 2]], build: upsampleNearest },
  { op: 'Reshape', law: 'the same elements', shapes: [[2, 6]], build: (x) => reshape(x, [3, -1]) },
  { op: 'Transpose', law: 'the inverse order', shapes: [[2, 3, 4]], build: (x) => transpose(x, [2, 0, 1]) },
  {
    op: 'Concat',
    law: 'each part its piece',
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: (a, b) => concat([a, b], 1),
  },
  { op: 'Slice', law: 'zero outside', shapes: [[2, 5]], build: (x) => slice(x, 1, 1, 4) },
  { op: 'Pad', law: 'the inner part', shapes: [[2, 3]], build: (x) => pad(x, 1, 2, 1) },
  { op: 'Expand', law: 'sums over copies', shapes: [[3, 1]], build: (x) => expand(x, [2, 3, 4]) },
  { op: 'ReduceSum', law: 'one to each', shapes: [[2, 3, 4]], build: (x) => reduceSum(x, [0, 2]) },
  { op: 'ReduceMean', law: 'a share to each', shapes: [[2, 3, 4]], build: (x) => reduceMean(x, [1]) },
  { op: 'Softmax', law: 'rows of the Jacobian sum to zero', shapes: [[2, 5]], build: softmax },
  {
    op: 'LayerNormalization',
    law: 'input, scale and bias',
    shapes: [[3, 6], [6], [6]],
    build: (x, s, b) => layerNorm(x, s, b, 1e-5),
  },
  {
    op: 'LayerNormalization',
    law: 'group norm',
    shapes: [[2, 4, 2, 3], [4], [4]],
    build: (x, s, b) => groupNorm(x, 2, s, b, 1e-5),
  },
  {
    op: 'MatMul',
    law: 'attention: queries, keys and values',
    shapes: [
      [1, 3, 4],
      [1, 5, 4],
      [1, 5, 4],
    ],
    build: (q, k, v) => attend(attentionMap(q, k, 2), v),
  },
  {
    op: 'MultiHeadAttention',
    law: 'queries, keys and values, without a map',
    shapes: [
      [1, 3, 4],
      [1, 5, 4],
      [1, 5, 4],
    ],
    build: (q, k, v) => fusedAttention(q, k, v, 2),
  },
  { op: 'Erf', law: 'gelu', shapes: [[8]], build: e.gelu },
  { op: 'Sigmoid', law: 'silu', shapes: [[8]], build: e.silu },
];

/** A constant convolution weight: frozen, as in the networks. */
function weight(x: Value, shape: readonly number[]): Value {
  const { data } = normalTensor(shape, uniformGenerator(7));
  return x.graph.constant([...data], shape);
}

/** A scalar loss that weighs every element of y differently, so that no error can cancel out. */
function lossOf(y: Value): Value {
  const { data } = normalTensor(y.shape, uniformGenerator(11));
  return mean(e.mul(y, y.graph.constant([...data], y.shape)));
}

function randomInputs({ shapes, positive }: Case): Tensor[] {
  const uniform = uniformGenerator(3);
  return shapes.map((shape) => {
    const { data } = normalTensor(shape, uniform);
    return tensor(shape, positive ? data.map((x) => 1 + Math.abs(x)) : data);
  });
}

const feedsOf = (inputs: readonly Tensor[]) => Object.fromEntries(inputs.map((value, i) => [`x${i}`, value]));

describe.each(CASES)('$op: $law', (testCase) => {
  it('agrees with central differences', async () => {
    const inputs = randomInputs(testCase);
    const graph = new Graph();
    const values = testCase.shapes.map((shape, i) => graph.input(`x${i}`, shape));
    const loss = lossOf(testCase.build(...values));
    graph.output('loss', loss);
    for (const [i, gradient] of gradients(loss, values).entries()) graph.output(`dx${i}`, gradient);
    expect(graph.nodes.some(({ op }) => op === testCase.op)).toBe(true);
    const results = await runGraph(graph, feedsOf(inputs));

    const step = 1e-2;
    for (const [i, input] of inputs.entries()) {
      const analytic = results[`dx${i}`]!;
      expect(analytic.shape).toEqual(input.shape);
      const numeric = await centralDifferences(testCase, inputs, i, step);
      for (const [k, expected] of numeric.entries()) expect(analytic.data[k]).toBeCloseTo(expected, 3);
    }
  });
});

/** d loss / d inputs[index] by moving each element up and down; all moved losses come from one session. */
async function centralDifferences(
  testCase: Case,
  inputs: readonly Tensor[],
  index: number,
  step: number,
): Promise<number[]> {
  const moved = inputs[index]!;
  const graph = new Graph();
  const feeds: Record<string, Tensor> = {};
  for (const k of moved.data.keys()) {
    for (const direction of [-1, 1]) {
      const values = inputs.map((input, i) => {
        const name = `x${i}_${k}_${direction}`;
        const data = Float32Array.from(input.data);
        if (i === index) data[k]! += direction * step;
        feeds[name] = tensor(input.shape, data);
        return graph.input(name, input.shape);
      });
      graph.output(`loss_${k}_${direction}`, lossOf(testCase.build(...values)));
    }
  }
  const losses = await runGraph(graph, feeds);
  return [...moved.data.keys()].map(
    (k) => (losses[`loss_${k}_1`]!.data[0]! - losses[`loss_${k}_-1`]!.data[0]!) / (2 * step),
  );
}

describe('the table of rules', () => {
  it('has a tested case for every operator that has a rule', () => {
    const tested = new Set(CASES.map(({ op }) => op));
    // Weights only ever meet these: their inputs are frozen or constant.
    const frozenOnly = ['Gather', 'Cast'];
    const untested = Object.entries(BACKWARD_RULES).filter(
      ([op, rule]) => typeof rule === 'function' && !tested.has(op as OpName) && !frozenOnly.includes(op),
    );
    expect(untested.map(([op]) => op)).toEqual([]);
  });
});

describe('gradients', () => {
  it('emits no backward for what does not lead to a wanted value', () => {
    const graph = new Graph();
    const [early, wanted] = [graph.input('early', [4]), graph.input('wanted', [4])];
    const loss = mean(e.mul(e.exp(early), wanted));
    const before = graph.nodes.length;
    gradients(loss, [wanted]);
    // Expand, the mean's share, and one product: nothing for exp.
    expect(graph.nodes.slice(before).every(({ op }) => op !== 'Exp')).toBe(true);
    expect(graph.nodes.length - before).toBeLessThanOrEqual(4);
  });

  it('refuses a loss that is not a scalar', () => {
    const x = new Graph().input('x', [2]);
    expect(() => gradients(e.exp(x), [x])).toThrow('scalar');
  });

  it('refuses a loss that does not depend on a wanted value', () => {
    const graph = new Graph();
    const [x, other] = [graph.input('x', [2]), graph.input('other', [2])];
    expect(() => gradients(mean(x), [other])).toThrow('does not depend on other');
  });

  it('refuses operators that have no backward', () => {
    const picture = new Graph().input('picture', [1, 1, 2, 2]);
    expect(() => gradients(mean(averagePool2(picture)), [picture])).toThrow('no backward rule');
  });

  it('refuses the gradient of a frozen convolution weight', () => {
    const graph = new Graph();
    const [x, w] = [graph.input('x', [1, 1, 3, 3]), graph.input('w', [1, 1, 3, 3])];
    expect(() => gradients(mean(conv(x, w, null)), [w])).toThrow('frozen');
  });
});
