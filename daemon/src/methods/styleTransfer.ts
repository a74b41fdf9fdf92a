/**
 * @file Style transfer with StyleDiffusion (paper, section 5.2.7): the content's spatial features are injected while its
 * inverted latent is denoised with the value contexts that were learned from the style picture.
 */

import { combine } from '../models/noiseSchedule.ts';
import type { StableDiffusion } from '../models/stableDiffusion.ts';
import { row, stack, type Tensor, tensor } from '../tensor/tensor.ts';
import { guide } from './ddim.ts';
import { predictInjected } from './featureInjection.ts';
import type { Path } from './path.ts';
import { report, type Watch } from './watch.ts';

export interface StyleTransferRequest {
  /** The content's DDIM inversion, and its prompt's embedding [1, tokens, D]. */
  readonly content: Path;
  readonly contentPrompt: Tensor;
  /** The style picture's StyleDiffusion inversion, with as many steps. */
  readonly style: Path;
  /** The embedding whose keys say where, and which the learned networks turn into values. */
  readonly prompt: Tensor;
  readonly steps: number;
  readonly guidance: number;
  /** 0 to 1: how much of the injected features is the content's, and of the values the style's. */
  readonly contentStrength: number;
  readonly styleStrength: number;
  /** Parts of the steps with injected features and self-attention, 0 for none. */
  readonly featuresUntil: number;
  readonly attentionUntil: number;
}

/** The latents [1, C, h, w] after each step. */
export async function* styleTransfer(
  model: StableDiffusion,
  request: StyleTransferRequest,
  watch: Watch = {},
): AsyncGenerator<Tensor, void, undefined> {
  const { content, contentPrompt, style, prompt, steps, guidance, styleStrength } = request;
  let latent = content.latents.at(-1)!;
  for (const [i, timestep] of model.schedule.timesteps(steps).entries()) {
    const { valueContext } = await style.conditional(i, prompt);
    const unconditional = style.unconditional(i);
    const values = mix(prompt, valueContext, styleStrength);
    const gate = (until: number) => (i < until * steps ? request.contentStrength : 0);
    const gates = { features: gate(request.featuresUntil), attention: gate(request.attentionUntil) };
    let noise: Tensor;
    if (gates.features + gates.attention > 0) {
      const all = await predictInjected(
        model.unet,
        {
          // The content as its inversion had it: a sampling of its own could only stray from that.
          latent: stack([content.latents[steps - i]!, latent, latent]),
          timestep,
          keyContext: stack([contentPrompt, unconditional, prompt]),
          valueContext: stack([contentPrompt, unconditional, values]),
        },
        gates,
      );
      noise = guide(row(all, 1), row(all, 2), guidance);
    } else {
      const both = await model.unet.predictNoise({
        latent: stack([latent, latent]),
        timestep,
        keyContext: stack([unconditional, prompt]),
        valueContext: stack([unconditional, values]),
      });
      noise = guide(row(both, 0), row(both, 1), guidance);
    }
    latent = combine(model.schedule.towardsPicture(timestep, steps), latent, noise);
    yield latent;
    report(watch, { stage: 'edit', step: i + 1, total: steps }, () =>
      model.schedule.withoutNoise(timestep, steps, latent, noise),
    );
  }
}

/** From a (0) to b (1). */
const mix = (a: Tensor, b: Tensor, part: number): Tensor =>
  tensor(
    a.shape,
    a.data.map((x, i) => x + part * (b.data[i]! - x)),
  );
