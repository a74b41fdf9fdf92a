/** @file A Stable Diffusion model, a folder in the diffusers layout or a single file, opened for use. */

import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { findImageEncoder } from '../catalog/imageEncoderPlaces.ts';
import {
  type ImageEncoder,
  type ModelParts,
  openDiffusersFolder,
  openImageEncoder,
} from '../catalog/modelParts.ts';
import { openSingleFile } from '../catalog/singleFile.ts';
import { openVae } from '../catalog/vaeFile.ts';
import { faultSentence } from '../files/fileFault.ts';
import { decoderGraph, encoderGraph } from '../networks/autoencoder.ts';
import type { UNetConfig } from '../networks/config.ts';
import type {
  EditingModel,
  LearningDenoiser,
  MappingInputs,
  NoiseRequest,
  UNetVariant,
  Variant,
} from '../networks/denoiser.ts';
import { imageEncoderGraph } from '../networks/imageEncoder.ts';
import { type MappingShape, mappingGraph } from '../networks/mappingNetwork.ts';
import { NoiseSchedule } from '../networks/noiseSchedule.ts';
import { textEncoderGraph } from '../networks/textEncoder.ts';
import type { Tokenizer } from '../networks/tokenizer.ts';
import { scale } from '../tensor/arithmetic.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { type Checkpoint, SAFETENSORS } from '../weights/checkpoint.ts';
import { withLoras } from '../weights/lora.ts';
import type { LoraChoice } from '../weights/loraChoice.ts';
import type { LoraComponent } from '../weights/loraKeys.ts';
import type { GraphKey, Networks } from './networks.ts';
import type { IdTensor } from './session.ts';
import { UNetNetwork } from './unetNetwork.ts';

/** In the order of the fingerprint, which inversions are stored by. */
const COMPONENTS = ['text_encoder', 'vae', 'unet', 'image_encoder'] as const;

export interface ModelOptions {
  /** A folder with CLIP's vision encoder, for models that come without one. */
  readonly imageEncoder?: string | undefined;
  /** A file or folder with a VAE to take in place of the model's own. */
  readonly vae?: string | undefined;
  /** LoRAs to merge into the weights, and the folder where merged weights are kept. */
  readonly loras?: { readonly choices: readonly LoraChoice[]; readonly folder: string } | undefined;
}

/** The networks of one model. Opening reads configs and headers only; each network is loaded on first use. */
export class StableDiffusion implements LearningDenoiser, EditingModel {
  readonly tokenizer: Tokenizer;
  readonly schedule: NoiseSchedule;
  readonly unet: UNetNetwork;
  private readonly text: ModelParts['text'];
  private readonly vae: ModelParts['vae'];
  private readonly image: ImageEncoder | null;

  /** A folder in the diffusers layout, or a single file. */
  readonly folder: string;
  private readonly networks: Networks;

  /**
   * @throws {PalimpsestError} MODEL_FOLDER_INVALID, CONFIG_UNSUPPORTED or WEIGHT_INVALID, naming file and fact.
   */
  constructor(folder: string, networks: Networks, { imageEncoder, vae, loras }: ModelOptions = {}) {
    this.folder = folder;
    this.networks = networks;

    const parts = openModel(folder, vae);
    this.tokenizer = parts.tokenizer;
    const changed = (component: LoraComponent, plain: Checkpoint) =>
      loras === undefined ? plain : withLoras(plain, component, loras.choices, loras.folder);
    this.text = { ...parts.text, checkpoint: changed('text_encoder', parts.text.checkpoint) };
    this.vae = parts.vae;
    this.schedule = new NoiseSchedule(parts.scheduler);
    const { config, checkpoint } = parts.unet;
    this.image =
      imageEncoder === undefined
        ? (parts.image ?? findImageEncoder(config.cross_attention_dim))
        : openImageEncoder(imageEncoder);
    const tokens = this.text.config.max_position_embeddings;
    this.unet = new UNetNetwork(config, changed('unet', checkpoint), this.schedule, networks, tokens);
  }

  /** The folder's or the file's name, to show and to keep in recipes. */
  get name(): string {
    return basename(resolve(this.folder)).replace(SAFETENSORS, '');
  }

  /** The weights of each component. */
  get checkpoints(): Readonly<Partial<Record<(typeof COMPONENTS)[number], Checkpoint>>> {
    return {
      text_encoder: this.text.checkpoint,
      vae: this.vae.checkpoint,
      unet: this.unet.checkpoint,
      ...(this.image === null ? {} : { image_encoder: this.image.checkpoint }),
    };
  }

  /** Changes with the model's weights; part of an inversion's key. */
  get fingerprint(): string {
    const contents = COMPONENTS.flatMap((name) => {
      const checkpoint = this.checkpoints[name];
      return checkpoint === undefined ? [] : [[name, checkpoint.content]];
    });
    return createHash('sha256').update(JSON.stringify(contents)).digest('hex');
  }

  /** Width of the image encoder's tokens, or null where there is none. */
  get imageWidth(): number | null {
    return this.image?.config.hidden_size ?? null;
  }

  /** Pixels a side of one latent pixel: 8 in Stable Diffusion. */
  get pixelsPerLatent(): number {
    return 2 ** (this.vae.config.block_out_channels.length - 1);
  }

  /** What the sides of a picture have to be multiples of. */
  get sideMultiple(): number {
    return this.pixelsPerLatent * this.unet.sideMultiple;
  }

  /** The side in pixels that the model was trained for. */
  get nativeSide(): number {
    return this.unet.config.sample_size * this.pixelsPerLatent;
  }

  get unetConfig(): UNetConfig {
    return this.unet.config;
  }

  predictNoise(request: NoiseRequest): Promise<Tensor> {
    return this.unet.predictNoise(request);
  }

  predict<Given, Found>(variant: Variant<Given, Found>, request: NoiseRequest, given: Given): Promise<Found> {
    return this.unet.predict(variant, request, given);
  }

  release(variant: UNetVariant, latentShape: readonly number[]): Promise<void> {
    return this.unet.release(variant, latentShape);
  }

  async mapContext(shape: MappingShape, { parameters, imageTokens, prompt }: MappingInputs): Promise<Tensor> {
    const width = prompt.shape[2]!;
    const { kind, imageTokens: patches, promptTokens } = shape;
    const { valueContext } = await this.networks.runOnce(
      {
        network: 'mapping',
        checkpoint: null,
        config: [kind, patches, promptTokens],
        options: width,
        precision: 'float32',
      },
      () => mappingGraph(shape, width),
      { parameters, imageTokens, prompt },
    );
    return valueContext!;
  }

  /** As `Networks.hold`. */
  hold(tensors: readonly Tensor[]): () => void {
    return this.networks.hold(tensors);
  }

  /** The prompt embedding c [1, tokens, D]; PROMPT_TOO_LONG when words would be cut. */
  async encodePrompt(prompt: string): Promise<Tensor> {
    return this.encodeTokens([this.tokenizer.encodePrompt(prompt)]);
  }

  /** Embeddings [N, tokens, D] of padded token ids. */
  async encodeTokens(ids: readonly (readonly number[])[]): Promise<Tensor> {
    const { config, checkpoint } = this.text;
    const input: IdTensor = { shape: [ids.length, config.max_position_embeddings], ids: ids.flat() };
    const { embedding } = await this.networks.runOnce(
      { network: 'text', checkpoint, config, options: ids.length, precision: 'float32' },
      (_, weights) => textEncoderGraph(weights, config, ids.length),
      { ids: input },
    );
    return embedding!;
  }

  /** The posterior of a picture [1, 3, H, W] in -1..1: [1, 2C, H/8, W/8], mean channels, then log variance. */
  async encodeMoments(picture: Tensor): Promise<Tensor> {
    const { config, checkpoint } = this.vae;
    const [, , height = 0, width = 0] = picture.shape;
    const { moments } = await this.networks.runOnce(
      { network: 'vae/encoder', checkpoint, config, options: [height, width], precision: 'float32' },
      (economy, weights) => encoderGraph(weights, config, height, width, economy),
      { picture },
    );
    return moments!;
  }

  /** The latent z0 of a picture [1, 3, H, W] in -1..1: the posterior's mean, scaled. */
  async encodePicture(picture: Tensor): Promise<Tensor> {
    const moments = await this.encodeMoments(picture);
    const [, channels = 0, height = 0, width = 0] = moments.shape;
    const count = (channels / 2) * height * width;
    const { scaling_factor } = this.vae.config;
    const mean = tensor([1, channels / 2, height, width], moments.data.subarray(0, count));
    return scale(mean, scaling_factor);
  }

  /** The picture [1, 3, H, W], about -1..1, of a latent [1, C, h, w]. */
  async decodeLatent(latent: Tensor): Promise<Tensor> {
    const { config, checkpoint } = this.vae;
    const [, , height = 0, width = 0] = latent.shape;
    const unscaled = tensor(
      latent.shape,
      latent.data.map((z) => z / config.scaling_factor),
    );
    const { picture } = await this.networks.runOnce(
      { network: 'vae/decoder', checkpoint, config, options: [height, width], precision: 'float32' },
      (economy, weights) => decoderGraph(weights, config, height, width, economy),
      { latent: unscaled },
    );
    return picture!;
  }

  /**
   * E(x): all tokens [1, 1 + patches, D] of CLIP's vision encoder, and its preprocessed picture.
   *
   * @throws {PalimpsestError} IMAGE_ENCODER_MISSING when the model has none.
   */
  async encodeImageTokens(picture: Tensor): Promise<{ tokens: Tensor; preprocessed: Tensor }> {
    if (this.image === null) {
      throw new PalimpsestError(
        'IMAGE_ENCODER_MISSING',
        sentence`${{ folder: place(this.folder) }} has no image_encoder/, which StyleDiffusion needs (CLIP ViT-B/16 for Stable Diffusion 1.x). Get it with "palimpsest models pull clip", give its folder with --image-encoder, or learn nothing: --mode instant.`,
      );
    }
    const { config, preprocessor, checkpoint } = this.image;
    const [, , height = 0, width = 0] = picture.shape;
    const key: GraphKey = {
      network: 'image',
      checkpoint,
      config: [config, preprocessor],
      options: [height, width],
      precision: 'float32',
    };
    const { tokens, preprocessed } = await this.networks.runOnce(
      key,
      (_, weights) => imageEncoderGraph(weights, config, preprocessor, [height, width]),
      { picture },
    );
    return { tokens: tokens!, preprocessed: preprocessed! };
  }
}

function openModel(path: string, vae: string | undefined): ModelParts {
  if (!existsSync(path)) {
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      faultSentence(path) ??
        sentence`There is no folder ${{ folder: place(resolve(path)) }}. Give the folder of a Stable Diffusion model in the diffusers layout, with unet/, vae/, text_encoder/ and tokenizer/ in it, or a single .safetensors file.`,
    );
  }
  if (!statSync(path).isDirectory()) return openSingleFile(path, vae);
  if (vae === undefined) return openDiffusersFolder(path);
  // What no shape tells is as in the model's own.
  return openDiffusersFolder(path, ({ norm_num_groups }) => openVae(vae, { norm_num_groups }));
}
