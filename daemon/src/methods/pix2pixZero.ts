/**
 * @file pix2pix-zero (Parmar et al. 2023, section 3.2): the prompt is moved along a direction between two sets of
 * sentences, and each latent is drawn to where its cross-attention is that of the source.
 */

import { bounded } from '../attention/localBlend.ts';
import type { PromptEncoder, VariedDenoiser } from '../networks/denoiser.ts';
import { combine } from '../networks/noiseSchedule.ts';
import { add, addScaled, mean, subtract } from '../tensor/arithmetic.ts';
import { row, stack, type Tensor } from '../tensor/tensor.ts';
import { attentionGradient, predictWithAllMaps } from './attentionGradient.ts';
import { guide } from './ddimTrajectory.ts';
import type { Editor, EditRequest } from './editor.ts';
import type { Path } from './path.ts';
import type { EditStep } from './sideBySide.ts';
import { report, throwIfCancelled, type Watch } from './watch.ts';

export interface Pix2PixZeroRequest {
  readonly path: Path;
  /** Embedding [1, tokens, D]; also the negative prompt. */
  readonly source: Tensor;
  /** [1, tokens, D], as `editDirection` gives it. */
  readonly direction: Tensor;
  readonly steps: number;
  readonly guidance: number;
  /** The step along the gradient (`xa_guidance`, 0.1 in the official code). */
  readonly rate: number;
  /** [1, 1, h, w] of 0 to 1, outside of which the source stays. */
  readonly mask?: Tensor;
}

export interface Pix2PixZeroStep extends EditStep {
  /** Of the attention before the latents moved, and its gradient [2, C, h, w]. */
  readonly loss: number;
  readonly gradient: Tensor;
}

/** Mean embedding of the target sentences minus that of the source sentences, [1, tokens, D]. */
export const editDirection = (source: readonly Tensor[], target: readonly Tensor[]): Tensor =>
  subtract(mean(target), mean(source));

/** Edits, yielding each step. */
export async function* pix2pixZero(
  model: VariedDenoiser,
  { path, source, direction, steps, guidance, rate, mask }: Pix2PixZeroRequest,
  watch: Watch = {},
): AsyncGenerator<Pix2PixZeroStep, void, undefined> {
  const { schedule } = model;
  const start = path.latents.at(-1)!;
  const keyContext = stack([source, add(source, direction)]);
  let [latent, sourceLatent] = [start, start];
  for (const [i, timestep] of schedule.timesteps(steps).entries()) {
    const step = schedule.towardsPicture(timestep, steps);
    // With one prompt in both branches, guidance leaves the source's noise as it is.
    const reference = await predictWithAllMaps(model, {
      latent: sourceLatent,
      timestep,
      keyContext: source,
    });
    sourceLatent = path.correctsSource
      ? path.latents[steps - 1 - i]!
      : combine(step, sourceLatent, reference.noise);

    throwIfCancelled(watch);
    const both = stack([latent, latent]);
    const { loss, gradient } = await attentionGradient(
      model,
      { latent: both, timestep, keyContext },
      reference.maps,
    );
    throwIfCancelled(watch);
    const moved = addScaled(both, gradient, -rate);
    const noise = await model.predictNoise({ latent: moved, timestep, keyContext });
    const guided = guide(row(noise, 0), row(noise, 1), guidance);
    // As in the official code, the target goes on from the unconditional copy.
    latent = combine(step, row(moved, 0), guided);
    const latents = bounded(stack([sourceLatent, latent]), mask);
    latent = row(latents, 1);
    yield {
      latents,
      maps: new Map(),
      loss,
      gradient,
    };
    report(watch, { stage: 'edit', step: i + 1, total: steps }, () =>
      schedule.withoutNoise(timestep, steps, latent, guided),
    );
  }
}

/** Sentences around a thing, in place of those that the paper has a language model write. */
const SENTENCES = [
  (thing: string) => thing,
  (thing: string) => `a photo of ${thing}`,
  (thing: string) => `a picture of ${thing}`,
  (thing: string) => `a drawing of ${thing}`,
  (thing: string) => `a close-up of ${thing}`,
  (thing: string) => `there is ${thing} here`,
];

/** The direction between two wordings; between the prompts themselves where one of them has no words of its own. */
async function directionOf(
  model: PromptEncoder,
  { source, target, words: { removed, added } }: Pick<EditRequest, 'source' | 'target' | 'words'>,
): Promise<Tensor> {
  if (removed === '' || added === '') return editDirection([source], [target]);
  const { tokenizer } = model;
  // The sentence that is the thing alone fits, because the prompt does.
  const sentences = SENTENCES.filter((sentence) =>
    [removed, added].every((thing) => tokenizer.encode(sentence(thing)).length <= tokenizer.maxLength),
  );
  const encode = (thing: string) =>
    Promise.all(sentences.map((sentence) => model.encodePrompt(sentence(thing))));
  return editDirection(await encode(removed), await encode(added));
}

export const PIX2PIX_ZERO: Editor<'pix2pixZero'> = {
  idea: "Moves the prompt along a direction between two sets of sentences, and holds the source's cross-attention by its gradient.",
  branches: ['condSource', 'uncondTarget', 'condTarget'],
  injections: ['gradient of the cross-attention distance'],
  edit: async function* (model, { options, ...request }, watch) {
    const direction = await directionOf(model, request);
    yield* pix2pixZero(model, { ...request, direction, rate: options.attentionRate }, watch);
  },
};
