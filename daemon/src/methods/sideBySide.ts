/**
 * @file Sampling the source along its inversion, and the target beside it, which takes from it what a control says.
 *
 * Branches are dropped once unused: when nothing depends on the source any more, it is no longer computed.
 */

import {
  type AccumulatedMaps,
  type BlendWords,
  blendLatents,
  blendMask,
  blendsAt,
  bounded,
} from '../attention/localBlend.ts';
import type { VariedDenoiser } from '../networks/denoiser.ts';
import { combine } from '../networks/noiseSchedule.ts';
import { add, addScaled, subtract } from '../tensor/arithmetic.ts';
import { row, stack, type Tensor, tensor } from '../tensor/tensor.ts';
import {
  type ControlledPrediction,
  type MapOutputs,
  predictControlled,
  rowsOf,
  type SelfInjection,
  type StepControl,
} from './controlledPrediction.ts';
import { quarterGrid } from './latentGrid.ts';
import { type Path, plainContexts, type RowContexts, takesLearned } from './path.ts';
import { pullBack, shrink } from './proximalGuidance.ts';
import { report, type Watch } from './watch.ts';
import { predictWeighted } from './weightedPrediction.ts';

export interface SideBySideRequest {
  readonly path: Path;
  /** Embeddings [1, tokens, D] of both prompts. */
  readonly source: Tensor;
  readonly target: Tensor;
  readonly steps: number;
  readonly guidance: number;
  /** tau_v: the part of the steps in which the target has the learned contexts, applied to its own prompt. */
  readonly tauV: number;
  /** What the target takes from the source at each step. */
  readonly control: (step: number) => StepControl;
  readonly injection?: SelfInjection;
  /** LocalBlend by words. */
  readonly blend?: BlendWords;
  /** [1, 1, h, w] of 0 to 1, outside of which the source stays. */
  readonly mask?: Tensor;
  /** Samples the source to the end, though nothing depends on it. */
  readonly keepSource?: boolean;
  /** `each` also yields every small cross-attention map. */
  readonly maps?: 'needed' | 'each';
}

/** One step of an edit. */
export interface EditStep {
  /**
   * [2, C, h, w]: source and target, after LocalBlend. The source stands still once nothing depends on it.
   */
  readonly latents: Tensor;
  /** [2, 1, h, w], where LocalBlend by words acted. */
  readonly mask?: Tensor;
  readonly maps: ControlledPrediction['maps'];
}

/** Samples, yielding each step. */
export async function* sideBySide(
  model: VariedDenoiser,
  request: SideBySideRequest,
  watch: Watch = {},
): AsyncGenerator<EditStep, void, undefined> {
  const { path, steps, blend, mask: bounds } = request;
  const controls = Array.from({ length: steps }, (_, i) => request.control(i));
  const lastTaken = controls.findLastIndex(takesFromSource);
  const sourceToEnd =
    request.keepSource || blend !== undefined || bounds !== undefined || path.proximal !== null;
  let latents = stack([path.latents.at(-1)!, path.latents.at(-1)!]);
  let accumulated: Tensor | null = null;

  for (const [i, timestep] of model.schedule.timesteps(steps).entries()) {
    const control = controls[i]!;
    const wantsMaps = blend !== undefined || request.maps === 'each';
    // A corrected source is known beforehand: it is predicted only where its attention is taken.
    const wantsSource = path.correctsSource
      ? takesFromSource(control) || wantsMaps
      : sourceToEnd || i <= lastTaken;
    const prediction = await predict(model, request, i, { latents, timestep, control, wantsSource });

    const { noise, kept } = guideRows(prediction, request);
    const before = latents;
    latents = combine(model.schedule.towardsPicture(timestep, steps), latents, noise);
    if (path.proximal !== null && kept !== null) {
      latents = pullBack(path.proximal, model.schedule, {
        latents,
        noise,
        kept,
        timestep,
        steps,
        path,
        step: i,
      });
    }
    if (path.correctsSource) latents = withSource(latents, path.latents[steps - 1 - i]!);
    else if (!wantsSource) latents = withSource(latents, row(before, 0));

    let mask: Tensor | undefined;
    if (blend !== undefined && prediction.blendMaps) {
      accumulated = accumulated === null ? prediction.blendMaps : add(accumulated, prediction.blendMaps);
      if (blendsAt(i, steps)) {
        const [, , height = 0, width = 0] = latents.shape;
        mask = blendMask(accumulatedMaps(accumulated, latents.shape), blend, { height, width });
        latents = blendLatents(latents, mask);
      }
    }
    latents = bounded(latents, bounds);
    yield { latents, maps: prediction.maps, ...(mask ? { mask } : {}) };
    report(watch, { stage: 'edit', step: i + 1, total: steps }, () =>
      row(model.schedule.withoutNoise(timestep, steps, latents, noise), 1),
    );
  }
}

const blendOutputs = { exact: 'fineBlend', official: 'blend' } as const;

/** Of a sum of maps as a prediction has them, for latents of that shape. */
function accumulatedMaps(sum: Tensor, latentShape: readonly number[]): AccumulatedMaps {
  if (sum.shape.length === 3) return { maps: sum, grid: quarterGrid(latentShape) };
  const [prompts = 0, height = 0, width = 0, tokens = 0] = sum.shape;
  return { maps: tensor([prompts, height * width, tokens], sum.data), grid: { height, width } };
}

function takesFromSource({ selfReplacement, mapper }: StepControl): boolean {
  return (
    selfReplacement.unconditional || selfReplacement.conditional || mapper.data.some((weight) => weight !== 0)
  );
}

/** Whether a control changes the target's attention by itself. */
const isWeighted = ({ own }: StepControl): boolean => own.data.some((weight) => weight !== 1);

interface Step {
  /** [2, C, h, w]: source and target. */
  readonly latents: Tensor;
  readonly timestep: number;
  readonly control: StepControl;
  readonly wantsSource: boolean;
}

/** The noise of the branches that this step needs: 2 rows (the target's alone), 3 (one source branch) or 4. */
async function predict(
  model: VariedDenoiser,
  { path, source, target, steps, tauV, injection, blend, maps }: SideBySideRequest,
  i: number,
  { latents, timestep, control, wantsSource }: Step,
): Promise<ControlledPrediction> {
  const uncond = plainContexts(path.unconditional(i));
  const cond = takesLearned(i, steps, tauV) ? await path.conditional(i, target) : plainContexts(target);
  const [ofSource, ofTarget] = [row(latents, 0), row(latents, 1)];
  const batch = (rows: readonly (readonly [Tensor, RowContexts])[]) => ({
    latent: stack(rows.map(([latent]) => latent)),
    timestep,
    keyContext: stack(rows.map(([, { keyContext }]) => keyContext)),
    valueContext: stack(rows.map(([, { valueContext }]) => valueContext)),
  });
  if (!wantsSource) {
    const request = batch([
      [ofTarget, uncond],
      [ofTarget, cond],
    ]);
    const noise = isWeighted(control)
      ? await predictWeighted(model, request, control.own)
      : await model.predictNoise(request);
    return { noise, maps: new Map() };
  }
  // The source keeps its learned contexts to the end.
  const condSource = await path.conditional(i, source);
  const isOne = path.oneSourceBranch || (path.correctsSource && !control.selfReplacement.unconditional);
  const request = isOne
    ? batch([
        [ofTarget, uncond],
        [ofSource, condSource],
        [ofTarget, cond],
      ])
    : batch([
        [ofSource, uncond],
        [ofTarget, uncond],
        [ofSource, condSource],
        [ofTarget, cond],
      ]);
  const outputs: MapOutputs =
    maps === 'each' ? 'each' : blend === undefined ? 'none' : blendOutputs[blend.manner ?? 'exact'];
  return predictControlled(model, request, control, outputs, injection);
}

/**
 * The guided noise [2, C, h, w] of source and target, and where proximal guidance keeps the edit. A source that was not
 * predicted gets the target's, which nobody reads.
 */
function guideRows(
  { noise }: ControlledPrediction,
  { guidance, path }: SideBySideRequest,
): { noise: Tensor; kept: Tensor | null } {
  const batch = noise.shape[0]!;
  const rows =
    batch === 2 ? { uncondSource: 0, uncondTarget: 0, condSource: 1, condTarget: 1 } : rowsOf(batch);
  const uncond = stack([row(noise, rows.uncondSource), row(noise, rows.uncondTarget)]);
  const cond = stack([row(noise, rows.condSource), row(noise, rows.condTarget)]);
  const difference = subtract(cond, uncond);
  const shrunk = path.proximal && shrink(path.proximal, difference);
  const used = shrunk?.difference ?? difference;
  return {
    noise: addScaled(uncond, used, guidance),
    kept: shrunk?.kept ?? null,
  };
}

/** Latents [2, C, h, w] with another source. */
const withSource = (latents: Tensor, source: Tensor): Tensor => stack([source, row(latents, 1)]);
