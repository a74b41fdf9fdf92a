/**
 * @file pix2pix-zero (Parmar et al. 2023, section 3.2): the prompt is moved along a direction between two sets of
 * sentences, and each latent is drawn to where its cross-attention is that of the source.
 */

import type { Results } from '../execution/session.ts';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import type { UNetVariant } from '../execution/unetNetwork.ts';
import { gradients } from '../graph/backward.ts';
import type { Value } from '../graph/graph.ts';
import { attend, attentionMap, fusedAttention } from '../graph/ops/attention.ts';
import { add, mul, sub } from '../graph/ops/elementwise.ts';
import { mean } from '../graph/ops/mean.ts';
import { combine } from '../networks/noiseSchedule.ts';
import type { SiteAttention } from '../networks/spatialTransformer.ts';
import { row, stack, type Tensor, tensor } from '../tensor/tensor.ts';
import { guide } from './ddim.ts';
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
}

export interface Pix2PixZeroStep extends EditStep {
  /** Of the attention before the latents moved, and its gradient [2, C, h, w]. */
  readonly loss: number;
  readonly gradient: Tensor;
}

/** Mean embedding of the target sentences minus that of the source sentences, [1, tokens, D]. */
export function editDirection(source: readonly Tensor[], target: readonly Tensor[]): Tensor {
  const [from, to] = [meanOf(source), meanOf(target)];
  return combine({ latent: 1, noise: -1 }, to, from);
}

function meanOf(embeddings: readonly Tensor[]): Tensor {
  const sum = tensor(embeddings[0]!.shape);
  for (const { data } of embeddings)
    for (const [i, x] of data.entries()) sum.data[i]! += x / embeddings.length;
  return sum;
}

/** Edits, yielding each step. */
export async function* pix2pixZero(
  model: StableDiffusion,
  { path, source, direction, steps, guidance, rate }: Pix2PixZeroRequest,
  watch: Watch = {},
): AsyncGenerator<Pix2PixZeroStep, void, undefined> {
  const { unet, schedule } = model;
  const start = path.latents.at(-1)!;
  const keyContext = stack([source, combine({ latent: 1, noise: 1 }, source, direction)]);
  const reference = await unet.load(ALL_MAPS, start.shape);
  const drawn = await unet.load(ATTENTION_GRADIENT, stack([start, start]).shape);
  let [latent, sourceLatent] = [start, start];
  for (const [i, timestep] of schedule.timesteps(steps).entries()) {
    const step = schedule.towardsPicture(timestep, steps);
    // With one prompt in both branches, guidance leaves the source's noise as it is.
    const { noise: sourceNoise, ...maps } = await reference.session.run(
      unet.feeds({ latent: sourceLatent, timestep, keyContext: source }),
    );
    sourceLatent = path.correctsSource
      ? path.latents[steps - 1 - i]!
      : combine(step, sourceLatent, sourceNoise!);

    throwIfCancelled(watch);
    const both = stack([latent, latent]);
    const found: Results = await drawn.session.run({
      ...unet.feeds({ latent: both, timestep, keyContext }),
      ...maps,
    });
    const gradient = found.gradient!;
    throwIfCancelled(watch);
    const moved = combine({ latent: 1, noise: -rate }, both, gradient);
    const noise = await unet.predictNoise({ latent: moved, timestep, keyContext });
    const guided = guide(row(noise, 0), row(noise, 1), guidance);
    // As coded: it goes on from the unconditional copy.
    latent = combine(step, row(moved, 0), guided);
    yield {
      latents: stack([sourceLatent, latent]),
      maps: new Map(),
      loss: found.loss!.data[0]!,
      gradient,
    };
    report(watch, { stage: 'edit', step: i + 1, total: steps }, () =>
      schedule.withoutNoise(timestep, steps, latent, guided),
    );
  }
}

/** All cross-attention maps [N, heads, queries, tokens] go to `record`. */
const recordingAll =
  (record: (map: Value) => void): SiteAttention =>
  (site, q, k, v) => {
    if (site.kind === 'self') return fusedAttention(q, k, v, site.heads);
    const map = attentionMap(q, k, site.heads);
    record(map);
    return attend(map, v);
  };

/** The noise, and every cross-attention map as `map0` and so on. */
const ALL_MAPS: UNetVariant = {
  name: 'allMaps',
  options: null,
  build: ({ latent }, predict) => {
    let count = 0;
    const noise = predict(recordingAll((map) => latent.graph.output(`map${count++}`, map)));
    latent.graph.output('noise', noise);
  },
};

/**
 * The distance of all cross-attention maps from those of the source, `map0` and so on, and its gradient with respect to
 * the latents: for each map the sum over its places and tokens of the squared difference, averaged over batch and heads.
 */
const ATTENTION_GRADIENT: UNetVariant = {
  name: 'attentionGradient',
  options: null,
  build: ({ latent }, predict) => {
    const { graph } = latent;
    const losses: Value[] = [];
    predict(
      recordingAll((map) => {
        const [, heads, queries = 0, tokens = 0] = map.shape;
        const target = graph.input(`map${losses.length}`, [1, heads!, queries, tokens]);
        const difference = sub(map, target);
        losses.push(mul(mean(mul(difference, difference)), queries * tokens));
      }),
    );
    const loss = losses.reduce(add);
    graph.output('loss', loss);
    const [gradient] = gradients(loss, [latent], 1);
    graph.output('gradient', gradient!);
  },
};

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
  model: StableDiffusion,
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

const ONE_PROMPT = 'it has the source prompt in the unconditional branch, and moves the latents by itself.';

export const PIX2PIX_ZERO: Editor<'pix2pixZero'> = {
  idea: "Moves the prompt along a direction between two sets of sentences, and holds the source's cross-attention by its gradient.",
  branches: ['condSource', 'uncondTarget', 'condTarget'],
  injections: ['gradient of the cross-attention distance'],
  notOn: {
    styleDiffusion: ONE_PROMPT,
    nullText: ONE_PROMPT,
    negativePrompt: ONE_PROMPT,
    proximal: ONE_PROMPT,
  },
  edit: async function* (model, { options, ...request }, watch) {
    const direction = await directionOf(model, request);
    yield* pix2pixZero(model, { ...request, direction, rate: options.attentionRate }, watch);
  },
};
