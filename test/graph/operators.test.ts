/** An operator is whole: no part of it can be left out, and what it says of its outputs is what the runtime computes. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Feeds } from '../../daemon/src/execution/session.ts';
import { gradients } from '../../daemon/src/graph/backward.ts';
import { Cast, Graph, type Operator } from '../../daemon/src/graph/graph.ts';
import { AveragePool, averagePool2, ConvTranspose } from '../../daemon/src/graph/ops/convolution.ts';
import { Greater } from '../../daemon/src/graph/ops/elementwise.ts';
import { mean } from '../../daemon/src/graph/ops/mean.ts';
import { Gather, gather } from '../../daemon/src/graph/ops/movement.ts';
import { layerNorm } from '../../daemon/src/graph/ops/normalize.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import { feedsOf, OPERATOR_CASES, randomInputs } from './operatorCases.ts';
import { runGraph } from './run.ts';

/** Every operator that some file of `graph/ops` declares. */
async function allOperators(): Promise<Operator[]> {
  const folder = join(import.meta.dirname, '../../daemon/src/graph/ops');
  const families = await Promise.all(
    readdirSync(folder).map((name) => import(join(folder, name)) as Promise<Record<string, unknown>>),
  );
  const isOperator = (value: unknown): value is Operator =>
    typeof value === 'object' && value !== null && 'backward' in value && 'scratchBytes' in value;
  return [...families.flatMap((family) => Object.values(family)), Cast].filter(isOperator);
}

/** Operators that lie on no path to a loss but with what is frozen or constant, or on none at all. */
const UNDIFFERENTIATED: readonly Operator[] = [AveragePool, Cast, ConvTranspose, Gather, Greater];

describe('the operators', () => {
  it('have names of their own', async () => {
    const names = (await allOperators()).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(30);
    expect(new Set(names).size).toBe(names.length);
  });

  it('have a case that tests each backward rule', async () => {
    const tested = [...OPERATOR_CASES.map(({ operator }) => operator), ...UNDIFFERENTIATED];
    const untested = (await allOperators()).filter((operator) => !tested.includes(operator));
    expect(untested.map(({ name }) => name)).toEqual([]);
  });
});

/** Runs a graph with each of its values as a result, and compares the shapes. */
async function compare(graph: Graph, feeds: Feeds): Promise<void> {
  const values = graph.nodes.flatMap(({ outputs }) => outputs).filter(({ type }) => type === 'float32');
  for (const value of values) graph.output(`result of ${value.name}`, value);
  const results = await runGraph(graph, feeds);
  const told = Object.fromEntries(values.map(({ name, shape }) => [`result of ${name}`, [...shape]]));
  const computed = Object.entries(results).map(([name, { shape }]) => [name, [...shape]] as const);
  expect(Object.fromEntries(computed)).toEqual(told);
}

describe('the shapes that operators tell', () => {
  it.each(OPERATOR_CASES)(
    'are those of the runtime, there and back: $operator.name, $law',
    async (testCase) => {
      const graph = new Graph();
      const values = testCase.shapes.map((shape, i) => graph.input(`x${i}`, shape));
      gradients(mean(testCase.build(...values)), values);
      await compare(graph, feedsOf(randomInputs(testCase)));
    },
  );

  it('are those of the runtime where nothing is differentiated', async () => {
    const graph = new Graph();
    const x = graph.input('x', [1, 2, 4, 6]);
    averagePool2(x);
    layerNorm(x, graph.constant([1, 1, 1, 1, 1, 1], [6]), null, 1e-5);
    gather(graph.constant([1, 2, 3, 4, 5, 6], [3, 2]), graph.constant([2, 0], [2, 1], 'int64'));
    await compare(graph, { x: tensor([1, 2, 4, 6]) });
  });
});
