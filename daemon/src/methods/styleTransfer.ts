/**
 * @file Style transfer with StyleDiffusion (paper, section 5.2.7): the content's spatial features are injected while its
 * inverted latent is denoised with the contexts that were learned from the style picture: the values', or the keys' too.
 *
 * The paper does not say whose words are the keys. The style's words bring its things along, so by default the content's
 * words draw first, what there is and where, and the style's take over once that is settled.
 */

import type { StyleOptions } from '@palimpsest/protocol';
import type { VariedDenoiser } from '../networks/denoiser.ts';
import { combine } from '../networks/noiseSchedule.ts';
import { lerp } from '../tensor/arithmetic.ts';
import { row, stack, type Tensor } from '../tensor/tensor.ts';
import { guide } from './ddimTrajectory.ts';
import { predictInjected } from './featureInjection.ts';
import { type Path, plainContexts, type RowContexts } from './path.ts';
import { report, type Watch } from './watch.ts';

export interface StyleTransferRequest {
  /** The content's DDIM inversion, and its prompt's embedding [1, tokens, D]. */
  readonly content: Path;
  readonly contentPrompt: Tensor;
  /** The style picture's StyleDiffusion inversion, with as many steps, and its prompt's embedding. */
  readonly style: Path;
  readonly stylePrompt: Tensor;
  readonly steps: number;
  readonly guidance: number;
  readonly options: StyleOptions;
}

/** The latents [1, C, h, w] after each step. */
export async function* styleTransfer(
  model: VariedDenoiser,
  request: StyleTransferRequest,
  watch: Watch = {},
): AsyncGenerator<Tensor, void, undefined> {
  const { content, contentPrompt, style, steps, guidance, options } = request;
  let latent = content.latents.at(-1)!;
  for (const [i, timestep] of model.schedule.timesteps(steps).entries()) {
    const drawn = await conditionals(request, i);
    const gate = (until: number) => (i < until * steps ? options.contentStrength : 0);
    const gates = { features: gate(options.featuresUntil), attention: gate(options.attentionUntil) };
    // The content as its inversion had it: a sampling of its own could only stray from that.
    const givers =
      gates.features + gates.attention > 0
        ? [{ latent: content.latents[steps - i]!, contexts: plainContexts(contentPrompt) }]
        : [];
    const receivers = [plainContexts(style.unconditional(i)), ...drawn].map((contexts) => ({
      latent,
      contexts,
    }));
    const rows = [...givers, ...receivers];
    const batch = {
      latent: stack(rows.map((branch) => branch.latent)),
      timestep,
      keyContext: stack(rows.map(({ contexts }) => contexts.keyContext)),
      valueContext: stack(rows.map(({ contexts }) => contexts.valueContext)),
    };
    const all =
      givers.length > 0 ? await predictInjected(model, batch, gates) : await model.predictNoise(batch);
    const [unconditional, first, second] = receivers.map((_, r) => row(all, givers.length + r));
    const conditional = second === undefined ? first! : lerp(first!, second, options.styleStrength);
    const noise = guide(unconditional!, conditional, guidance);
    latent = combine(model.schedule.towardsPicture(timestep, steps), latent, noise);
    yield latent;
    report(watch, { stage: 'edit', step: i + 1, total: steps }, () =>
      model.schedule.withoutNoise(timestep, steps, latent, noise),
    );
  }
}

/** The contexts of the conditional branches of a step: one, or the content's and the style's, to be mixed. */
async function conditionals(
  { contentPrompt, stylePrompt, style, steps, options }: StyleTransferRequest,
  i: number,
): Promise<RowContexts[]> {
  const { words, styleAfter, styleStrength } = options;
  const learned = async (prompt: Tensor, strength: number): Promise<RowContexts> => {
    const { keyContext, valueContext } = await style.conditional(i, prompt);
    return {
      keyContext: lerp(prompt, keyContext, strength),
      valueContext: lerp(prompt, valueContext, strength),
    };
  };
  if (words === 'style') return [await learned(stylePrompt, styleStrength)];
  if (words === 'content') return [await learned(contentPrompt, styleStrength)];
  const plain = plainContexts(contentPrompt);
  if (i < styleAfter * steps || styleStrength === 0) return [plain];
  const styled = await learned(stylePrompt, 1);
  return styleStrength === 1 ? [styled] : [plain, styled];
}
