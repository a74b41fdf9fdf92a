/** @file The UNet of a model folder, loaded in as many variants as there are uses of it. */

import { PalimpsestError, sentence } from '@palimpsest/protocol';
import type { Economy } from '../graph/economy.ts';
import type { FloatType } from '../graph/elementTypes.ts';
import { Graph, type Value, type WeightSource } from '../graph/graph.ts';
import { fusedAttention } from '../graph/ops/attention.ts';
import type { UNetConfig } from '../networks/config.ts';
import { type NoiseSchedule, timeFeatures } from '../networks/noiseSchedule.ts';
import type { SiteAttention } from '../networks/spatialTransformer.ts';
import { predictedNoise, type SiteResidual, type UNetInputs } from '../networks/unet.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { Checkpoint } from '../weights/checkpoint.ts';
import type { GraphKey, Networks } from './networks.ts';
import type { Feeds, RunnableNetwork } from './session.ts';

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

/** A use of the UNet: its name and options (part of the cache key), and the graph around the network. */
export interface UNetVariant {
  readonly name: string;
  readonly options: unknown;
  /** Emits the variant. `predict` adds the UNet with the given attention and returns the predicted noise. */
  readonly build: (
    inputs: UNetInputs,
    predict: (attention: SiteAttention, contexts?: Partial<UNetInputs>, residual?: SiteResidual) => Value,
  ) => void;
}

/** A loaded variant. */
export interface LoadedVariant {
  readonly session: RunnableNetwork;
  readonly key: GraphKey;
}

const PLAIN: UNetVariant = {
  name: 'noise',
  options: null,
  build: (inputs, predict) => {
    inputs.latent.graph.output(
      'noise',
      predict((site, q, k, v) => fusedAttention(q, k, v, site.heads)),
    );
  },
};

export class UNetNetwork {
  readonly config: UNetConfig;
  readonly checkpoint: Checkpoint;
  private readonly schedule: NoiseSchedule;
  private readonly networks: Networks;
  /** Tokens of a context, from the text encoder. */
  private readonly tokens: number;

  constructor(
    config: UNetConfig,
    checkpoint: Checkpoint,
    schedule: NoiseSchedule,
    networks: Networks,
    tokens: number,
  ) {
    this.config = config;
    this.checkpoint = checkpoint;
    this.schedule = schedule;
    this.networks = networks;
    this.tokens = tokens;
  }

  /** Predicted noise [N, C, h, w]. */
  async predictNoise(request: NoiseRequest): Promise<Tensor> {
    const { session } = await this.load(PLAIN, request.latent.shape);
    const { noise } = await session.run(this.feeds(request));
    return noise!;
  }

  /**
   * Loads a variant for latents of one shape.
   *
   * @throws {PalimpsestError} OPTION_INVALID when the levels cannot halve the latent's sides evenly.
   */
  async load(variant: UNetVariant, latentShape: readonly number[]): Promise<LoadedVariant> {
    const multiple = this.sideMultiple;
    if (latentShape.slice(2).some((side) => side % multiple !== 0)) {
      throw new PalimpsestError(
        'OPTION_INVALID',
        sentence`The latent's sides have to be multiples of ${{ multiple }}, not ${{ sides: latentShape.slice(2).join(' x ') }}.`,
      );
    }
    const key: GraphKey = {
      network: `unet/${variant.name}`,
      checkpoint: this.checkpoint,
      config: [this.config, this.schedule.config.prediction_type, this.tokens],
      options: [latentShape, variant.options],
      precision: this.precision,
    };
    const session = await this.networks.load(key, (economy, weights) =>
      this.buildVariant(variant, latentShape, economy, weights),
    );
    return { session, key };
  }

  /** Gives the memory of a loaded variant back. */
  release({ key }: LoadedVariant): Promise<void> {
    return this.networks.release(key);
  }

  /** The inputs that every variant has. */
  feeds({ latent, timestep, keyContext, valueContext = keyContext }: NoiseRequest): Feeds {
    const { output, sample } = this.schedule.velocityFactors(timestep);
    return {
      latent,
      time: timeFeatures(timestep, this.config.block_out_channels[0]!),
      keyContext,
      valueContext,
      velocityOutput: tensor([], [output]),
      velocitySample: tensor([], [sample]),
    };
  }

  /** What the sides of a latent have to be multiples of: each level but the last halves them. */
  get sideMultiple(): number {
    return 2 ** (this.config.block_out_channels.length - 1);
  }

  /** What it computes in. */
  get precision(): FloatType {
    return this.networks.precision === 'fp16' ? 'float16' : 'float32';
  }

  private buildVariant(
    variant: UNetVariant,
    latentShape: readonly number[],
    economy: Economy,
    weights: WeightSource,
  ): Graph {
    const graph = new Graph(economy, this.precision);
    const context = [latentShape[0]!, this.tokens, this.config.cross_attention_dim];
    const inputs: UNetInputs = {
      latent: graph.input('latent', latentShape),
      time: graph.input('time', [1, this.config.block_out_channels[0]!]),
      keyContext: graph.input('keyContext', context),
      valueContext: graph.input('valueContext', context),
      velocity:
        this.schedule.config.prediction_type === 'v_prediction'
          ? { output: graph.input('velocityOutput', []), sample: graph.input('velocitySample', []) }
          : null,
    };
    variant.build(inputs, (attention, changed = {}, residual) =>
      predictedNoise(graph, weights, this.config, { ...inputs, ...changed }, attention, residual),
    );
    return graph;
  }
}
