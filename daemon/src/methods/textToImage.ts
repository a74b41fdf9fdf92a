/** @file Plain text-to-image: sampling from noise. */

import type { UNetConfig } from '../networks/config.ts';
import type { Denoiser, PromptEncoder } from '../networks/denoiser.ts';
import { normalTensor, uniformGenerator } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ddimSampling, promptContexts } from './ddimTrajectory.ts';
import type { Watch } from './watch.ts';

export interface TextToImageRequest {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Pixels; multiples of the model's `sideMultiple`. */
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance: number;
  readonly seed: number;
}

/** What pictures are drawn with. */
export interface Painter extends Denoiser, PromptEncoder {
  readonly unetConfig: Pick<UNetConfig, 'in_channels'>;
  /** The side of one latent pixel, in pixels. */
  readonly pixelsPerLatent: number;
  /** The picture [1, 3, H, W], about -1..1, of a latent [1, C, h, w]. */
  decodeLatent(latent: Tensor): Promise<Tensor>;
}

/** A picture [1, 3, height, width], about -1..1, of the prompt. */
export async function textToImage(
  model: Painter,
  request: TextToImageRequest,
  watch: Watch = {},
): Promise<Tensor> {
  const { width, height, steps, guidance, seed } = request;
  const sides = [height / model.pixelsPerLatent, width / model.pixelsPerLatent];
  const noise = normalTensor([1, model.unetConfig.in_channels, ...sides], uniformGenerator(seed));
  const [prompt, negativePrompt] = await Promise.all(
    [request.prompt, request.negativePrompt].map((words) => model.encodePrompt(words)),
  );
  const latents = await ddimSampling(
    model,
    {
      latent: noise,
      contexts: promptContexts(prompt!, negativePrompt!),
      steps,
      guidance,
    },
    watch,
  );
  return model.decodeLatent(latents.at(-1)!);
}
