/** Every backward rule against central differences, and the laws of the whole. */

import { describe, expect, it } from 'vitest';
import { gradients } from '../../daemon/src/graph/backward.ts';
import { Graph, isOf, type Value } from '../../daemon/src/graph/graph.ts';
import { averagePool2, conv } from '../../daemon/src/graph/ops/convolution.ts';
import * as e from '../../daemon/src/graph/ops/elementwise.ts';
import { mean } from '../../daemon/src/graph/ops/mean.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { feedsOf, OPERATOR_CASES, type OperatorCase, randomInputs } from './operatorCases.ts';
import { runGraph } from './run.ts';

/** A scalar loss that weighs every element of y differently, so that no error can cancel out. */
function lossOf(y: Value): Value {
  const { data } = normalTensor(y.shape, uniformGenerator(11));
  return mean(e.mul(y, y.graph.constant([...data], y.shape)));
}

describe.each(OPERATOR_CASES)('$operator.name: $law', (testCase) => {
  it('agrees with central differences', async () => {
    const inputs = randomInputs(testCase);
    const graph = new Graph();
    const values = testCase.shapes.map((shape, i) => graph.input(`x${i}`, shape));
    const loss = lossOf(testCase.build(...values));
    graph.output('loss', loss);
    for (const [i, gradient] of gradients(loss, values).entries()) graph.output(`dx${i}`, gradient);
    expect(graph.nodes.some((node) => isOf(node, testCase.operator))).toBe(true);
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
  testCase: OperatorCase,
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

describe('gradients', () => {
  it('emits no backward for what does not lead to a wanted value', () => {
    const graph = new Graph();
    const [early, wanted] = [graph.input('early', [4]), graph.input('wanted', [4])];
    const loss = mean(e.mul(e.exp(early), wanted));
    const before = graph.nodes.length;
    gradients(loss, [wanted]);
    // Expand, the mean's share, and one product: nothing for exp.
    expect(graph.nodes.slice(before).every((node) => !isOf(node, e.Exp))).toBe(true);
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
    expect(() => gradients(mean(averagePool2(picture)), [picture])).toThrow(
      'AveragePool has no backward rule',
    );
  });

  it('refuses the gradient of a frozen convolution weight', () => {
    const graph = new Graph();
    const [x, w] = [graph.input('x', [1, 1, 3, 3]), graph.input('w', [1, 1, 3, 3])];
    expect(() => gradients(mean(conv(x, w, null)), [w])).toThrow('frozen');
  });
});
