/** @file The stored optimisation, one inner iteration at a time, from the stored weights and latents. */

import { type Feeds, type Results, Session } from '../../daemon/src/execution/session.ts';
import { Graph } from '../../daemon/src/graph/graph.ts';
import { toOnnx } from '../../daemon/src/graph/onnx.ts';
import { type AdamState, adamSchedule, adamStep, freshAdam } from '../../daemon/src/methods/adam.ts';
import { innerIteration, stepFeeds, targetMapFeeds } from '../../daemon/src/methods/innerIteration.ts';
import { RECIPES } from '../../daemon/src/methods/recipes.ts';
import type { NoiseRequest } from '../../daemon/src/networks/denoiser.ts';
import { row, type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { batched, inCallOrder } from './mapNames.ts';
import type { Section } from './section.ts';
import type { StoredNetworks } from './storedNetworks.ts';
import type { Subject } from './subject.ts';

/** The golden sets come from the official code. */
export const RECIPE = RECIPES.official;

/** A stored optimisation, and what it is compared with. */
export interface Optimisation {
  readonly section: Section;
  readonly subject: Subject;
  readonly networks: StoredNetworks;
  readonly run: {
    readonly prompt: string;
    readonly T: number;
    readonly guidance: number;
    readonly attention_loss: boolean;
  };
}

/** What one inner iteration finds; an attention loss of 0 where the term is off. */
export interface Iteration {
  readonly latentLoss: number;
  readonly attentionLoss: number;
  readonly next: AdamState<Tensor>;
}

/** The name of a stored target map: `gt_attn/3/down_cross/0`. */
export const TARGET_MAP = /^gt_attn\/(\d+)\/(.+)$/;

/**
 * Names of the target maps of one step without their prefix, in call order. The loss at timestep i takes those of step
 * T - i: of the same latent, recorded one timestep noisier.
 */
export const targetMapNames = (section: Section): string[] =>
  inCallOrder([...new Set(section.matching(TARGET_MAP).map(([, , name]) => name!))]);

/** The latent that timestep i starts from, as stored. */
export const storedLatent = (section: Section, T: number, i: number): Tensor =>
  i === 0 ? row(section.read('ddim_latents'), T) : row(section.read('latent_cur'), i - 1);

/** One timestep: what its losses are computed from and measured against, all as stored. */
export interface Timestep {
  readonly i: number;
  readonly conditional: NoiseRequest;
  readonly feeds: Feeds;
}

/** Timestep i. */
export async function timestepOf(
  { section, subject, run }: Omit<Optimisation, 'networks'>,
  i: number,
): Promise<Timestep> {
  const { unet, schedule } = subject.model;
  const timestep = schedule.timesteps(run.T)[i]!;
  const latent = storedLatent(section, run.T, i);
  const noiseUncond = await unet.predictNoise({ latent, timestep, keyContext: await subject.embed('') });
  const maps = targetMapNames(section).map((name) => section.read(`gt_attn/${run.T - i}/${name}`));
  const target = row(section.read('ddim_latents'), run.T - 1 - i);
  const step = schedule.towardsPicture(timestep, run.T);
  return {
    i,
    conditional: { latent, timestep, keyContext: await subject.embed(run.prompt) },
    feeds: {
      ...stepFeeds({ noiseUncond, target, step, guidance: run.guidance }),
      ...targetMapFeeds(maps.map(batched)),
    },
  };
}

/** The k-th iteration, from 1 on. */
export async function iterate(
  { subject, networks, run }: Optimisation,
  { i, conditional, feeds }: Timestep,
  state: AdamState<Tensor>,
  k: number,
): Promise<Iteration> {
  const { unet } = subject.model;
  const variant = innerIteration({
    mapping: networks.shape,
    attentionLoss: run.attention_loss,
    adam: RECIPE.adam,
  });
  const { session } = await unet.load(variant, conditional.latent.shape);
  const found = await session.run({
    ...unet.feeds(conditional),
    ...feeds,
    ...state,
    ...adamSchedule(RECIPE.learningRate(i), k, RECIPE.adam),
    imageTokens: await subject.imageTokens(),
  });
  return {
    latentLoss: found.latentLoss!.data[0]!,
    attentionLoss: found.attentionLoss?.data[0] ?? 0,
    next: nextState(found),
  };
}

/** The gradient [P] of a first iteration: from moments of zero, Adam's first moment is (1 - beta1) times it. */
export const firstGradient = ({ next: { firstMoment } }: Iteration): Tensor =>
  tensor(
    firstMoment.shape,
    firstMoment.data.map((x) => x / (1 - RECIPE.adam.beta1)),
  );

/** Adam's state after each of its steps on given gradients [P]. */
export async function followGradients(
  start: Tensor,
  gradients: readonly Tensor[],
  learningRate: number,
): Promise<AdamState<Tensor>[]> {
  const session = await Session.load(toOnnx(adamGraph(start.shape)), null);
  try {
    const path: AdamState<Tensor>[] = [];
    for (const [j, gradient] of gradients.entries()) {
      const state = path.at(-1) ?? freshAdam(start);
      const schedule = adamSchedule(learningRate, j + 1, RECIPE.adam);
      path.push(nextState(await session.run({ ...state, ...schedule, gradient })));
    }
    return path;
  } finally {
    await session.dispose();
  }
}

/** Adam alone, its gradient an input. */
function adamGraph(shape: readonly number[]): Graph {
  const graph = new Graph();
  const input = (name: string) => graph.input(name, shape);
  const next = adamStep(
    {
      parameters: input('parameters'),
      firstMoment: input('firstMoment'),
      secondMoment: input('secondMoment'),
    },
    input('gradient'),
    { stepSize: graph.input('stepSize', []), deviationCorrection: graph.input('deviationCorrection', []) },
    RECIPE.adam,
  );
  for (const [name, value] of Object.entries(next)) graph.output(`${name}Next`, value);
  return graph;
}

const nextState = ({ parametersNext, firstMomentNext, secondMomentNext }: Results): AdamState<Tensor> => ({
  parameters: parametersNext!,
  firstMoment: firstMomentNext!,
  secondMoment: secondMomentNext!,
});
