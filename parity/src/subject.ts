/** @file What is compared: our model, given what the golden set was made from. */

import type { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { decodePicture } from '../../daemon/src/imaging/picture.ts';
import { toTensor } from '../../daemon/src/imaging/pixels.ts';
import type { Tensor } from '../../daemon/src/tensor/tensor.ts';
import { difference } from './difference.ts';
import type { GoldenFolder } from './goldenFolder.ts';
import { knownPrompts, RunParameters } from './goldenPrompts.ts';

/** A prompt and its embedding [1, tokens, D]. */
export interface EmbeddedPrompt {
  readonly prompt: string;
  readonly embedding: Tensor;
}

/** The official code's, where a golden set names no other. */
const DEFAULT_GUIDANCE = 7.5;

/** The model and what the parts of a golden set share. */
export class Subject {
  private readonly embeddings = new Map<string, Promise<Tensor>>();
  private pictureTensor: Promise<Tensor> | null = null;
  private tokens: Promise<Tensor> | null = null;

  readonly golden: GoldenFolder;
  readonly model: StableDiffusion;

  constructor(golden: GoldenFolder, model: StableDiffusion) {
    this.golden = golden;
    this.model = model;
  }

  /** The embedding [1, tokens, D] of a prompt, cut where it is too long, as the reference does. */
  embed(prompt: string): Promise<Tensor> {
    const known = this.embeddings.get(prompt);
    if (known) return known;
    const { tokenizer } = this.model;
    const embedding = this.model.encodeTokens([tokenizer.pad(tokenizer.encode(prompt))]);
    this.embeddings.set(prompt, embedding);
    return embedding;
  }

  /** The set's picture [1, 3, H, W] in -1..1. */
  picture(): Promise<Tensor> {
    this.pictureTensor ??= this.readPicture();
    return this.pictureTensor;
  }

  /** E(x) of the set's picture. */
  imageTokens(): Promise<Tensor> {
    this.tokens ??= this.picture().then(async (picture) => {
      const { tokens } = await this.model.encodeImageTokens(picture);
      return tokens;
    });
    return this.tokens;
  }

  /** w */
  get guidance(): number {
    return this.golden.json('stylediffusion', RunParameters)?.guidance ?? DEFAULT_GUIDANCE;
  }

  /**
   * The prompt that a tensor was made with, where its file does not say: of all prompts in the set the first whose
   * error is within the limit, or else the one with the least.
   */
  async identify(
    error: (candidate: EmbeddedPrompt) => Promise<number>,
    limit: number,
  ): Promise<EmbeddedPrompt & { error: number }> {
    let best: (EmbeddedPrompt & { error: number }) | null = null;
    for (const prompt of knownPrompts(this.golden)) {
      const candidate = { prompt, embedding: await this.embed(prompt) };
      const found = { ...candidate, error: await error(candidate) };
      if (best === null || found.error < best.error) best = found;
      if (found.error <= limit) break;
    }
    if (best === null) throw new Error('the set names no prompt');
    return best;
  }

  /** The prompt whose embedding is nearest to a stored one. */
  nearestPrompt(stored: Tensor, limit: number): Promise<EmbeddedPrompt & { error: number }> {
    return this.identify(async ({ embedding }) => difference(embedding.data, stored.data).relative, limit);
  }

  private async readPicture(): Promise<Tensor> {
    if (this.golden.has('image.png')) return toTensor(await decodePicture(this.golden.path('image.png')));
    for (const part of ['vae', 'image_encoder']) {
      const tensors = this.golden.tensors(part);
      if (tensors?.has('image_pm1')) return tensors.read('image_pm1');
    }
    throw new Error('the set has neither image.png nor a tensor image_pm1');
  }
}
