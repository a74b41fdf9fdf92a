/**
 * @file Editing with P2Plus (paper, sections 3.3 and 3.4): the source is sampled along its inversion, and the target
 * beside it under attention control. Prompt-to-Prompt is the case tau_u = 0.
 */

import { type CrossControl, crossControlAt } from '../attention/crossControl.ts';
import { type BlendWords, blendLatents, blendMask, blendsAt } from '../attention/localBlend.ts';
import { combine } from '../models/noiseSchedule.ts';
import type { StableDiffusion } from '../models/stableDiffusion.ts';
import { row, stack, type Tensor, tensor } from '../tensor/tensor.ts';
import {
  BRANCHES,
  type ControlledPrediction,
  type MapOutputs,
  predictControlled,
  type StepControl,
} from './controlledPrediction.ts';
import { guide } from './ddim.ts';
import { report, type Watch } from './watch.ts';

/** Parts of the steps, counted from the noisiest, in which the source guides the target. */
export interface EditTaus {
  /** tau_v: the target's values are the learned ones, applied to its own prompt. */
  readonly values: number;
  /** tau_s: the target's conditional self-attention is the source's. */
  readonly self: number;
  /** tau_u: the target's unconditional self-attention is the source's (P2Plus). */
  readonly unconditionalSelf: number;
}

/** The value context [1, tokens, D] that a branch takes at one step. */
export type LearnedValues = (step: number, prompt: Tensor) => Promise<Tensor>;

export interface EditRequest {
  /** z_T [1, C, h, w] */
  readonly start: Tensor;
  /** Embeddings [1, tokens, D]. */
  readonly source: Tensor;
  readonly target: Tensor;
  readonly unconditional: Tensor;
  /** c~ of the inversion; null where it learned none, as DDIM's. */
  readonly learnedValues: LearnedValues | null;
  readonly steps: number;
  readonly guidance: number;
  readonly taus: EditTaus;
  /** Holds tau_c. */
  readonly cross: CrossControl;
  /** LocalBlend by words, or a mask [1, 1, h, w] of 0 to 1 outside of which the source stays. */
  readonly blend?: BlendWords | { readonly mask: Tensor };
}

/** One step of an edit. */
export interface EditStep {
  /** [2, C, h, w]: source and target, after LocalBlend. */
  readonly latents: Tensor;
  /** [2, 1, h, w], where LocalBlend by words acted. */
  readonly mask?: Tensor;
  readonly maps: ControlledPrediction['maps'];
}

/**
 * Edits, yielding each step.
 *
 * @param mapOutputs `each` also yields every small cross-attention map.
 */
export async function* p2plus(
  model: StableDiffusion,
  request: EditRequest,
  watch: Watch = {},
  mapOutputs: 'needed' | 'each' = 'needed',
): AsyncGenerator<EditStep, void, undefined> {
  const { steps, guidance, taus, blend, source, target, unconditional } = request;
  const byWords = blend !== undefined && 'words' in blend;
  const outputs: MapOutputs = mapOutputs === 'each' ? 'each' : byWords ? 'blend' : 'none';
  const keyContext = stack([unconditional, unconditional, source, target]);
  let latents = stack([request.start, request.start]);
  let accumulated: Tensor | null = null;

  for (const [i, timestep] of model.schedule.timesteps(steps).entries()) {
    const prediction = await predictControlled(
      model.unet,
      {
        latent: stack([latents, latents]),
        timestep,
        keyContext,
        valueContext: stack([unconditional, unconditional, ...(await valueRows(request, i))]),
      },
      { ...sourceGuidance(taus, i, steps), ...crossControlAt(request.cross, i) },
      outputs,
    );
    const noise = guideBoth(prediction.noise, guidance);
    latents = combine(model.schedule.towardsPicture(timestep, steps), latents, noise);

    let mask: Tensor | undefined;
    if (byWords && prediction.blendMaps) {
      accumulated = accumulated === null ? prediction.blendMaps : sum(accumulated, prediction.blendMaps);
      if (blendsAt(i, steps)) {
        const [, , height = 0, width = 0] = latents.shape;
        const grid = { height: height / 4, width: width / 4 };
        mask = blendMask({ maps: accumulated, grid }, blend, { height, width });
        latents = blendLatents(latents, mask);
      }
    } else if (blend !== undefined && 'mask' in blend) {
      latents = blendLatents(latents, blend.mask);
    }
    yield { latents, maps: prediction.maps, ...(mask ? { mask } : {}) };
    report(watch, { stage: 'edit', step: i + 1, total: steps }, () =>
      row(model.schedule.withoutNoise(timestep, steps, latents, noise), 1),
    );
  }
}

/** What of the source guides the target at step i of `steps`. */
export function sourceGuidance(
  taus: EditTaus,
  i: number,
  steps: number,
): Pick<StepControl, 'selfReplacement'> & { readonly learnedValues: boolean } {
  // The official code compares fractions of steps for tau_v, and whole steps for the others.
  return {
    learnedValues: i < steps * taus.values,
    selfReplacement: {
      unconditional: i < Math.trunc(taus.unconditionalSelf * steps),
      conditional: i < Math.trunc(taus.self * steps),
    },
  };
}

/** The source keeps its learned values to the end; the target has them as long as tau_v says, then its own embedding. */
async function valueRows(
  { source, target, learnedValues, taus, steps }: EditRequest,
  i: number,
): Promise<Tensor[]> {
  if (learnedValues === null) return [source, target];
  const learned = await learnedValues(i, source);
  return [learned, sourceGuidance(taus, i, steps).learnedValues ? await learnedValues(i, target) : target];
}

/** [4, C, h, w] to the guided noise [2, C, h, w] of source and target. */
function guideBoth(noise: Tensor, guidance: number): Tensor {
  const prompts = BRANCHES / 2;
  return stack(
    Array.from({ length: prompts }, (_, p) => guide(row(noise, p), row(noise, prompts + p), guidance)),
  );
}

const sum = (a: Tensor, b: Tensor): Tensor =>
  tensor(
    a.shape,
    a.data.map((x, i) => x + b.data[i]!),
  );
