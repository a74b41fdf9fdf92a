/** @file What methods see of a model: something that predicts noise, whatever runs it. */

import type { Value } from '../graph/graph.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { UNetConfig } from './config.ts';
import type { MappingShape } from './mappingNetwork.ts';
import type { NoiseSchedule } from './noiseSchedule.ts';
import type { SiteAttention } from './spatialTransformer.ts';
import type { Tokenizer } from './tokenizer.ts';
import type { SiteResidual, UNetInputs } from './unet.ts';

/** What the UNet is evaluated on. */
export interface NoiseRequest {
  /** [N, C, h, w] */
  readonly latent: Tensor;
  readonly timestep: number;
  /** c, [N, tokens, D] */
  readonly keyContext: Tensor;
  /** c~, [N, tokens, D]; the key context where it is left out. */
  readonly valueContext?: Tensor;
}

/** The inputs or outputs of a graph, by their names. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** A use of the UNet as a graph: its name and options (part of the cache key), and what stands around the network. */
export interface UNetVariant {
  readonly name: string;
  readonly options: unknown;
  /** Emits the variant. `predict` adds the UNet with the given attention and returns the predicted noise. */
  readonly build: (
    inputs: UNetInputs,
    predict: (attention: SiteAttention, contexts?: Partial<UNetInputs>, residual?: SiteResidual) => Value,
  ) => void;
}

/** A use of the UNet by what it is given beside the request, and what it finds. */
export interface Variant<Given, Found> extends UNetVariant {
  /** The graph's inputs beside the UNet's own. */
  readonly feeds: (given: Given) => NamedTensors;
  readonly read: (outputs: NamedTensors) => Found;
}

/** Predicts the noise in latents, along the steps of its schedule. */
export interface Denoiser {
  readonly schedule: NoiseSchedule;
  /** The noise [N, C, h, w]. */
  predictNoise(request: NoiseRequest): Promise<Tensor>;
}

/** A denoiser that can be looked into and acted on. */
export interface VariedDenoiser extends Denoiser {
  /** One run of a variant, which is loaded on first use. */
  predict<Given, Found>(variant: Variant<Given, Found>, request: NoiseRequest, given: Given): Promise<Found>;
}

/** Evaluates mapping networks, whose parameters are learned. */
export interface ContextMapper {
  /** c~ = M_t(E(x)), [1, tokens, D]. */
  mapContext(shape: MappingShape, given: MappingInputs): Promise<Tensor>;
}

export interface MappingInputs {
  /** A flat vector [P]. */
  readonly parameters: Tensor;
  /** E(x) [1, image tokens, D] */
  readonly imageTokens: Tensor;
  /** c [1, tokens, D] */
  readonly prompt: Tensor;
}

/** A denoiser of which something can be learned, with an eye on the memory that it takes. */
export interface LearningDenoiser extends VariedDenoiser, ContextMapper {
  /** Gives the memory of a variant for latents of that shape back. */
  release(variant: UNetVariant, latentShape: readonly number[]): Promise<void>;
  /** Tells who keeps account of memory that these tensors are kept until the function that is returned is called. */
  hold(tensors: readonly Tensor[]): () => void;
}

export interface PromptEncoder {
  readonly tokenizer: Pick<Tokenizer, 'encode' | 'maxLength'>;
  /** c [1, tokens, D] */
  encodePrompt(prompt: string): Promise<Tensor>;
}

/** What edits are made with. */
export interface EditingModel extends VariedDenoiser, PromptEncoder {
  readonly unetConfig: UNetConfig;
}
