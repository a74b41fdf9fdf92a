/** @file The UNet of a model folder, loaded in as many variants as there are uses of it. */

import { PalimpsestError, sentence } from '@palimpsest/protocol';
import type { Economy } from '../graph/economy.ts';
import type { FloatType } from '../graph/elementTypes.ts';
import { Graph, type WeightSource } from '../graph/graph.ts';
import { fusedAttention } from '../graph/ops/attention.ts';
import type { UNetConfig } from '../networks/config.ts';
import type { NoiseRequest, UNetVariant, Variant, VariedDenoiser } from '../networks/denoiser.ts';
import { type NoiseSchedule, timeFeatures } from '../networks/noiseSchedule.ts';
import { predictedNoise, type UNetInputs } from '../networks/unet.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { Checkpoint } from '../weights/checkpoint.ts';
import type { GraphKey, Networks } from './networks.ts';
import type { Feeds, RunnableNetwork } from './session.ts';

/** A loaded variant. */
export interface LoadedVariant {
  readonly session: RunnableNetwork;
}

const PLAIN: Variant<null, Tensor> = {
  name: 'noise',
  options: null,
  build: (inputs, predict) => {
    inputs.latent.graph.output(
      'noise',
      predict((site, q, k, v) => fusedAttention(q, k, v, site.heads)),
    );
  },
  feeds: () => ({}),
  read: ({ noise }) => noise!,
};

export class UNetNetwork implements VariedDenoiser {
  readonly config: UNetConfig;
  readonly checkpoint: Checkpoint;
  readonly schedule: NoiseSchedule;
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
  predictNoise(request: NoiseRequest): Promise<Tensor> {
    return this.predict(PLAIN, request, null);
  }

  async predict<Given, Found>(
    variant: Variant<Given, Found>,
    request: NoiseRequest,
    given: Given,
  ): Promise<Found> {
    const { session } = await this.load(variant, request.latent.shape);
    return variant.read(await session.run({ ...this.feeds(request), ...variant.feeds(given) }));
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
        sentence`The latent's sides have to be multiples of ${{ multiple }}, not ${{ sides: latentShape.slice(2).map(String) }}.`,
      );
    }
    const key = this.keyOf(variant, latentShape);
    const session = await this.networks.load(key, (economy, weights) =>
      this.buildVariant(variant, latentShape, economy, weights),
    );
    return { session };
  }

  /** Gives the memory of a variant for latents of that shape back. */
  release(variant: UNetVariant, latentShape: readonly number[]): Promise<void> {
    return this.networks.release(this.keyOf(variant, latentShape));
  }

  private keyOf({ name, options }: UNetVariant, latentShape: readonly number[]): GraphKey {
    return {
      network: `unet/${name}`,
      checkpoint: this.checkpoint,
      config: [this.config, this.schedule.config.prediction_type, this.tokens],
      options: [latentShape, options],
      precision: this.precision,
    };
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
