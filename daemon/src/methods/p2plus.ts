/**
 * @file Editing with P2Plus (paper, sections 3.3 and 3.4): the source is sampled along its inversion, and the target
 * beside it under attention control. Prompt-to-Prompt is the case tau_u = 0.
 */

import { type CrossControl, crossControlAt } from '../attention/crossControl.ts';
import type { VariedDenoiser } from '../networks/denoiser.ts';
import type { StepControl } from './controlledPrediction.ts';
import type { Editor } from './editor.ts';
import { type EditStep, type SideBySideRequest, sideBySide } from './sideBySide.ts';
import type { Watch } from './watch.ts';

/** Parts of the steps, counted from the noisiest, in which the source guides the target. */
export interface EditTaus {
  /** tau_v: the target's values are the learned ones, applied to its own prompt. */
  readonly values: number;
  /** tau_s: the target's conditional self-attention is the source's. */
  readonly self: number;
  /** tau_u: the target's unconditional self-attention is the source's (P2Plus). */
  readonly unconditionalSelf: number;
}

export interface P2PlusRequest extends Omit<SideBySideRequest, 'tauV' | 'control' | 'injection'> {
  readonly taus: EditTaus;
  /** Holds tau_c. */
  readonly cross: CrossControl;
}

/** Edits, yielding each step. */
export function p2plus(
  model: VariedDenoiser,
  { taus, cross, ...request }: P2PlusRequest,
  watch: Watch = {},
): AsyncGenerator<EditStep, void, undefined> {
  const control = (step: number): StepControl => ({
    ...sourceGuidance(taus, step, request.steps),
    ...crossControlAt(cross, step),
  });
  return sideBySide(model, { ...request, tauV: taus.values, control }, watch);
}

/** Whether the target's self-attention is the source's at step i of `steps`. */
export function sourceGuidance(
  taus: EditTaus,
  i: number,
  steps: number,
): Pick<StepControl, 'selfReplacement'> {
  return {
    selfReplacement: {
      unconditional: i < Math.trunc(taus.unconditionalSelf * steps),
      conditional: i < Math.trunc(taus.self * steps),
    },
  };
}

export const P2PLUS: Editor<'p2plus'> = {
  idea: 'Prompt-to-Prompt that also takes the self-attention of the unconditional branch from the source.',
  branches: ['uncondSource', 'condSource', 'uncondTarget', 'condTarget'],
  injections: ['learned contexts', 'cross-attention maps', 'self-attention maps'],
  edit: (model, { options, ...request }, watch) => {
    const { tauV, tauS, tauU } = options;
    return p2plus(model, { ...request, taus: { values: tauV, self: tauS, unconditionalSelf: tauU } }, watch);
  },
};
