/** @file One iteration of an inversion's optimisation: forward, both losses, backward and Adam, as one graph. */

import { gradients } from '../graph/backward.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { add, mul, sub } from '../graph/ops/elementwise.ts';
import { mean } from '../graph/ops/mean.ts';
import { concat, reshape } from '../graph/ops/movement.ts';
import type { NamedTensors, Variant } from '../networks/denoiser.ts';
import type { StepFactors } from '../networks/noiseSchedule.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { type AdamOptions, type AdamSchedule, type AdamState, adamStep } from './adam.ts';
import { recordingAttention } from './attentionTargets.ts';
import {
  type ContextShape,
  inRole,
  type LearnedRole,
  learnedContext,
  parameterCount,
  splitParameters,
} from './learnedContext.ts';
import type { Losses } from './watch.ts';

/** The inputs of the reconstruction loss, by name. */
const STEP_INPUTS = ['stepLatent', 'stepNoise', 'guidance'] as const;

export interface StepRequest {
  /** e_u [1, C, h, w], computed once per timestep. */
  readonly noiseUncond: Tensor;
  /** z*_{t-1} [1, C, h, w], from the DDIM inversion. */
  readonly target: Tensor;
  readonly step: StepFactors;
  readonly guidance: number;
}

/** Feeds of `reconstructionLoss`. */
export function stepFeeds({ noiseUncond, target, step, guidance }: StepRequest): NamedTensors {
  const scalar = (value: number) => tensor([], [value]);
  return {
    noiseUncond,
    target,
    stepLatent: scalar(step.latent),
    stepNoise: scalar(step.noise),
    guidance: scalar(guidance),
  };
}

/**
 * The reconstruction loss (equation 5), mean((z_{t-1} - z*_{t-1})^2) with z_{t-1} the guided DDIM step (equation 6).
 *
 * @param noiseCond e_c [1, C, h, w], which the learned context acts on. Null-text inversion has the two predictions in
 *   each other's place: e_u + w (e_c - e_u) = e_c + (1 - w) (e_u - e_c).
 */
export function reconstructionLoss(latent: Value, noiseCond: Value): Value {
  const { graph, shape } = latent;
  const [noiseUncond, target] = [graph.input('noiseUncond', shape), graph.input('target', shape)];
  const [stepLatent, stepNoise, guidance] = STEP_INPUTS.map((name) => graph.input(name, [])) as [
    Value,
    Value,
    Value,
  ];
  const noise = add(noiseUncond, mul(guidance, sub(noiseCond, noiseUncond)));
  return meanSquare(sub(add(mul(stepLatent, latent), mul(stepNoise, noise)), target));
}

/**
 * The attention loss (equation 7): the sum over the target maps of mean((a* - a)^2). The means are over all elements
 * of a map, and unweighted, as in the official code.
 */
export function attentionLoss(maps: readonly Value[]): Value {
  return maps
    .map((map, i) => meanSquare(sub(map.graph.input(`targetMap${i}`, map.shape), map)))
    .reduce((sum, loss) => add(sum, loss));
}

/** Feeds of `attentionLoss`. */
export const targetMapFeeds = (maps: readonly Tensor[]): NamedTensors =>
  Object.fromEntries(maps.map((map, i) => [`targetMap${i}`, map]));

const meanSquare = (x: Value): Value => mean(mul(x, x));

export interface InnerIterationOptions {
  readonly mapping: ContextShape;
  /** Where the learned context goes: into the values when left out. */
  readonly role?: LearnedRole;
  /** Whether the attention loss counts. */
  readonly attentionLoss: boolean;
  readonly adam: AdamOptions;
}

/** What one iteration is given beside the branch that learns. */
export interface IterationInputs {
  readonly step: StepRequest;
  /** The maps that the attention loss draws to; none where it does not count. */
  readonly targetMaps: readonly Tensor[];
  /** E(x) [1, image tokens, D]; null where an embedding is learned. */
  readonly imageTokens: Tensor | null;
  readonly state: AdamState<Tensor>;
  readonly schedule: AdamSchedule<Tensor>;
}

export interface Iteration {
  readonly state: AdamState<Tensor>;
  /** Of the parameters before the step. */
  readonly losses: Losses;
}

const STATE = ['parameters', 'firstMoment', 'secondMoment'] as const;

/**
 * The variant of the UNet that makes one iteration. The UNet's own input for the context that is learned stays unused.
 */
export function innerIteration(options: InnerIterationOptions): Variant<IterationInputs, Iteration> {
  return {
    name: 'innerIteration',
    options: keyOf(options),
    build: (inputs, predict) => {
      const { latent, keyContext } = inputs;
      const { graph } = latent;
      const { mapping, role = 'values' } = options;
      const imageTokens =
        mapping.kind === 'embedding'
          ? null
          : graph.input('imageTokens', [1, mapping.imageTokens, keyContext.size(2)]);
      const state = stateInputs(graph, parameterCount(mapping));
      const parameters = splitParameters(state.parameters, mapping);
      const maps: Value[] = [];
      const noiseCond = predict(
        recordingAttention(latent.shape, (map) => maps.push(map)),
        inRole(role, learnedContext(mapping, parameters, imageTokens, keyContext)),
      );

      let loss = reconstructionLoss(latent, noiseCond);
      graph.output('latentLoss', loss);
      // A model without maps at a quarter of the latent's side has nothing to compare.
      if (options.attentionLoss && maps.length > 0) {
        const attention = attentionLoss(maps);
        graph.output('attentionLoss', attention);
        loss = add(loss, attention);
      }
      const gradient = concat(
        gradients(loss, parameters).map((part) => reshape(part, [-1])),
        0,
      );
      const schedule = {
        stepSize: graph.input('stepSize', []),
        deviationCorrection: graph.input('deviationCorrection', []),
      };
      const next = adamStep(state, gradient, schedule, options.adam);
      for (const name of STATE) graph.output(`${name}Next`, next[name]);
    },
    feeds: ({ step, targetMaps, imageTokens, state, schedule }) => ({
      ...stepFeeds(step),
      ...targetMapFeeds(targetMaps),
      ...(imageTokens === null ? {} : { imageTokens }),
      ...state,
      ...schedule,
    }),
    read: (outputs) => ({
      state: {
        parameters: outputs.parametersNext!,
        firstMoment: outputs.firstMomentNext!,
        secondMoment: outputs.secondMomentNext!,
      },
      losses: { latent: outputs.latentLoss!.data[0]!, attention: outputs.attentionLoss?.data[0] ?? 0 },
    }),
  };
}

/** The options as they stand in the names of graphs that are kept: the order counts. */
function keyOf({ mapping, role, attentionLoss, adam }: InnerIterationOptions) {
  const { kind, promptTokens } = mapping;
  const shape =
    kind === 'embedding'
      ? { kind, promptTokens, width: mapping.width }
      : { kind, imageTokens: mapping.imageTokens, promptTokens };
  const { beta1, beta2, epsilon } = adam;
  return { mapping: shape, role, attentionLoss, adam: { beta1, beta2, epsilon } };
}

function stateInputs(graph: Graph, count: number): AdamState<Value> {
  const [parameters, firstMoment, secondMoment] = STATE.map((name) => graph.input(name, [count])) as [
    Value,
    Value,
    Value,
  ];
  return { parameters, firstMoment, secondMoment };
}
