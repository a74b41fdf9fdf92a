/** @file What is timed: the product's own functions, on random inputs. */

import type { UNetNetwork } from '../daemon/src/execution/unetNetwork.ts';
import { adamSchedule, freshAdam } from '../daemon/src/methods/adam.ts';
import { BRANCHES, predictControlled } from '../daemon/src/methods/controlledPrediction.ts';
import { innerIteration, stepFeeds, targetMapFeeds } from '../daemon/src/methods/innerIteration.ts';
import { RECIPES } from '../daemon/src/methods/recipes.ts';
import { initialParameters, type MappingShape } from '../daemon/src/networks/mappingNetwork.ts';
import { headsPerLevel } from '../daemon/src/networks/unet.ts';
import { normalTensor, uniformGenerator, uniformTensor } from '../daemon/src/tensor/random.ts';
import { type Tensor, tensor } from '../daemon/src/tensor/tensor.ts';

/** CLIP's: 77 tokens of the prompt, 197 of the picture. */
export const PROMPT_TOKENS = 77;
export const IMAGE_TOKENS = 197;

export const TIMESTEP = 441;

/** One evaluation; the workload loads its network on the first. Returns the numbers that have to be finite. */
export type Workload = () => Promise<Tensor>;

export const WORKLOADS = {
  /** One noise prediction. */
  forward: (unet, latentSide) => {
    const request = noiseRequest(unet, latentSide, 1);
    return () => unet.predictNoise(request);
  },
  /** One iteration of the inversion's optimisation: forward, both losses, backward, Adam. */
  inner: innerWorkload,
  /** One step of an edit: source and target, each with and without its prompt, under control. */
  edit: (unet, latentSide) => {
    const request = noiseRequest(unet, latentSide, BRANCHES);
    const control = {
      selfReplacement: { unconditional: true, conditional: true },
      mapper: uniform([PROMPT_TOKENS, PROMPT_TOKENS]),
      own: uniform([PROMPT_TOKENS]),
    };
    return async () => (await predictControlled(unet, request, control, 'blend')).noise;
  },
} as const satisfies Record<string, (unet: UNetNetwork, latentSide: number) => Workload>;

export type WorkloadName = keyof typeof WORKLOADS;

function innerWorkload(unet: UNetNetwork, latentSide: number): Workload {
  const { latent, keyContext } = noiseRequest(unet, latentSide, 1);
  const { adam, learningRate } = RECIPES.official;
  const mapping: MappingShape = {
    kind: 'scaleShift',
    imageTokens: IMAGE_TOKENS,
    promptTokens: PROMPT_TOKENS,
  };
  const variant = innerIteration({ mapping, attentionLoss: true, adam });
  const feeds = {
    ...unet.feeds({ latent, timestep: TIMESTEP, keyContext }),
    ...stepFeeds({
      noiseUncond: normal(latent.shape),
      target: normal(latent.shape),
      step: { latent: 1.01, noise: -0.02 },
      guidance: 7.5,
    }),
    ...targetMapFeeds(targetMaps(unet, latentSide)),
    imageTokens: normal([1, IMAGE_TOKENS, keyContext.shape[2]!]),
  };
  const initial = initialParameters(mapping, 'torch', uniformGenerator(2));
  let state = freshAdam(tensor([initial.length], initial));
  let k = 0;
  return async () => {
    const { session } = await unet.load(variant, latent.shape);
    k += 1;
    const results = await session.run({ ...feeds, ...state, ...adamSchedule(learningRate(0), k, adam) });
    state = {
      parameters: results.parametersNext!,
      firstMoment: results.firstMomentNext!,
      secondMoment: results.secondMomentNext!,
    };
    return state.parameters;
  };
}

function noiseRequest(unet: UNetNetwork, latentSide: number, batch: number) {
  const { in_channels, cross_attention_dim } = unet.config;
  return {
    latent: normal([batch, in_channels, latentSide, latentSide]),
    timestep: TIMESTEP,
    keyContext: normal([batch, PROMPT_TOKENS, cross_attention_dim]),
  };
}

/** Five maps at a quarter of the latent's side, as Stable Diffusion has them. */
function targetMaps(unet: UNetNetwork, latentSide: number): Tensor[] {
  const heads = headsPerLevel(unet.config)[2]!;
  const queries = (latentSide / 4) ** 2;
  return Array.from({ length: 5 }, () => uniform([1, heads, queries, PROMPT_TOKENS]));
}

const normal = (shape: readonly number[]): Tensor => normalTensor(shape, uniformGenerator(3));

/** Numbers of an attention map's size. */
const uniform = (shape: readonly number[]): Tensor =>
  uniformTensor(shape, 1 / PROMPT_TOKENS, uniformGenerator(4));
