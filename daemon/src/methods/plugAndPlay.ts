/**
 * @file Plug-and-Play (Tumanyan et al. 2023, section 4): a picture from new words, into which self-attention and features
 * of the source's own sampling are injected.
 */

import { bounded } from '../attention/localBlend.ts';
import type { VariedDenoiser } from '../networks/denoiser.ts';
import { combine } from '../networks/noiseSchedule.ts';
import { addScaled, scale } from '../tensor/arithmetic.ts';
import { row, stack, type Tensor, tensor } from '../tensor/tensor.ts';
import { guide } from './ddimTrajectory.ts';
import type { Editor } from './editor.ts';
import { predictInjected } from './featureInjection.ts';
import type { Path } from './path.ts';
import type { EditStep } from './sideBySide.ts';
import { report, type Watch } from './watch.ts';

export interface PlugAndPlayRequest {
  readonly path: Path;
  /** Embeddings [1, tokens, D]: of the source's own sampling, of the new prompt, and of the negative one. */
  readonly source: Tensor;
  readonly target: Tensor;
  readonly negative: Tensor;
  readonly steps: number;
  readonly guidance: number;
  /** Samples the source to the end, though nothing is injected any more. */
  readonly keepSource?: boolean;
  /** [1, 1, h, w] of 0 to 1, outside of which the source stays. */
  readonly mask?: Tensor;
  /** The last steps, as parts of all, at which self-attention and features are injected; 0 for none. */
  readonly attentionUntil: number;
  readonly featuresUntil: number;
  /** alpha: the empty prompt's weight beside the negative one at a step; 1 leaves the negative prompt out. */
  readonly emptyWeight: (step: number) => number;
}

/** The official code's `linear` schedule: from alpha at the first step to 0 at the last. */
export const fallingWeight =
  (alpha: number, steps: number) =>
  (step: number): number =>
    steps === 1 ? alpha : alpha * (1 - step / (steps - 1));

/** Edits, yielding each step; the source stands still once nothing is injected any more. */
export async function* plugAndPlay(
  model: VariedDenoiser,
  request: PlugAndPlayRequest,
  watch: Watch = {},
): AsyncGenerator<EditStep, void, undefined> {
  const { path, source, target, negative, steps, guidance, mask } = request;
  const keepSource = request.keepSource || mask !== undefined;
  const { attentionUntil, featuresUntil, emptyWeight } = request;
  const start = path.latents.at(-1)!;
  let [latent, sourceLatent] = [start, start];
  for (const [i, timestep] of model.schedule.timesteps(steps).entries()) {
    const weight = emptyWeight(i);
    const receivers = [
      { embedding: path.unconditional(i), weight },
      { embedding: negative, weight: 1 - weight },
    ].filter((receiver) => receiver.weight !== 0);
    const gates = {
      attention: isOpen(attentionUntil, i, steps),
      features: isOpen(featuresUntil, i, steps),
    };
    const embeddings = [...receivers.map(({ embedding }) => embedding), target];
    const latents = embeddings.map(() => latent);
    const step = model.schedule.towardsPicture(timestep, steps);
    let noise: Tensor;
    if (gates.attention + gates.features > 0) {
      const keyContext = stack([source, ...embeddings]);
      noise = await predictInjected(
        model,
        { latent: stack([sourceLatent, ...latents]), timestep, keyContext },
        gates,
      );
      sourceLatent = path.correctsSource
        ? path.latents[steps - 1 - i]!
        : combine(step, sourceLatent, row(noise, 0));
      noise = tensor([embeddings.length, ...noise.shape.slice(1)], noise.data.subarray(start.data.length));
    } else {
      noise = await model.predictNoise({
        latent: stack(latents),
        timestep,
        keyContext: stack(embeddings),
      });
      if (path.correctsSource) sourceLatent = path.latents[steps - 1 - i]!;
      else if (keepSource) {
        const request = { latent: sourceLatent, timestep, keyContext: source };
        sourceLatent = combine(step, sourceLatent, await model.predictNoise(request));
      }
    }
    const away = weighted(receivers.map((receiver, r) => [receiver.weight, row(noise, r)]));
    const guided = guide(away, row(noise, embeddings.length - 1), guidance);
    latent = combine(step, latent, guided);
    const both = bounded(stack([sourceLatent, latent]), mask);
    latent = row(both, 1);
    yield { latents: both, maps: new Map() };
    report(watch, { stage: 'edit', step: i + 1, total: steps }, () =>
      model.schedule.withoutNoise(timestep, steps, latent, guided),
    );
  }
}

/** The last step counts, as in the official code; whole steps are compared, since 0.29 * 100 is less than 29. */
const isOpen = (until: number, step: number, steps: number): number =>
  Number(until > 0 && step <= Math.floor(until * steps + 1e-6));

/** A weighted sum of tensors of one shape. */
function weighted([first, ...rest]: readonly (readonly [number, Tensor])[]): Tensor {
  const [weight, x] = first!;
  return rest.reduce((sum, [weight, x]) => addScaled(sum, x, weight), scale(x, weight));
}

export const PLUG_AND_PLAY: Editor<'plugAndPlay'> = {
  idea: "Draws the new words with the source's self-attention and features, and with the old words as a negative prompt.",
  branches: ['condSource', 'uncondTarget', 'negativeTarget', 'condTarget'],
  injections: ['self-attention maps', 'residual features'],
  edit: (model, { options, steps, ...request }, watch) =>
    plugAndPlay(
      model,
      {
        ...request,
        negative: request.source,
        steps,
        attentionUntil: options.injectAttention,
        featuresUntil: options.injectFeatures,
        emptyWeight: fallingWeight(options.negativeAlpha, steps),
      },
      watch,
    ),
};
