/** @file Plain text-to-image: sampling from noise. */

import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { normalTensor, uniformGenerator } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ddimSampling, promptContexts } from './ddim.ts';
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

/** A picture [1, 3, height, width], about -1..1, of the prompt. */
export async function textToImage(
  model: StableDiffusion,
  request: TextToImageRequest,
  watch: Watch = {},
): Promise<Tensor> {
  const { width, height, steps, guidance, seed } = request;
  const sides = [height / model.pixelsPerLatent, width / model.pixelsPerLatent];
  const noise = normalTensor([1, model.unet.config.in_channels, ...sides], uniformGenerator(seed));
  const latents = await ddimSampling(
    model,
    {
      latent: noise,
      contexts: promptContexts(
        await model.encodePrompt(request.prompt),
        await model.encodePrompt(request.negativePrompt),
      ),
      steps,
      guidance,
    },
    watch,
  );
  return model.decodeLatent(latents.at(-1)!);
}
