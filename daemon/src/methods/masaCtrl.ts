/**
 * @file MasaCtrl (Cao et al. 2023, section 3.2): mutual self-attention. From some step and layer on, the target's
 * queries look at the source's keys and values, so that its layout is its own and its look the picture's.
 */

import type { EditingModel, VariedDenoiser } from '../networks/denoiser.ts';
import { tensor } from '../tensor/tensor.ts';
import type { StepControl } from './controlledPrediction.ts';
import type { Editor } from './editor.ts';
import { type EditStep, type SideBySideRequest, sideBySide } from './sideBySide.ts';
import type { Watch } from './watch.ts';

export interface MasaCtrlRequest extends Omit<SideBySideRequest, 'control' | 'injection'> {
  /** The first step with mutual self-attention, counted from the noisiest (`step` of the official code). */
  readonly startStep: number;
  /** The first transformer with it, counted from the UNet's first (`layer`). */
  readonly startLayer: number;
}

/** Edits, yielding each step. */
export function masaCtrl(
  model: VariedDenoiser,
  { startStep, startLayer, ...request }: MasaCtrlRequest,
  watch: Watch = {},
): AsyncGenerator<EditStep, void, undefined> {
  const tokens = request.target.shape[1]!;
  const mapper = tensor([tokens, tokens]);
  const own = tensor([tokens], new Float32Array(tokens).fill(1));
  const control = (step: number): StepControl => {
    const mutual = step >= startStep;
    return { selfReplacement: { unconditional: mutual, conditional: mutual }, mapper, own };
  };
  return sideBySide(
    model,
    { ...request, control, injection: { take: 'keysAndValues', from: startLayer } },
    watch,
  );
}

export const MASA_CTRL: Editor<'masaCtrl'> = {
  idea: 'Draws the new words with a layout of their own, and takes the look from the source through self-attention.',
  branches: ['uncondSource', 'condSource', 'uncondTarget', 'condTarget'],
  injections: ['learned contexts', 'self-attention keys and values'],
  edit: (model, { options, ...request }, watch) =>
    masaCtrl(
      model,
      {
        ...request,
        tauV: options.tauV,
        startStep: Math.trunc(options.mutualFromStep * request.steps),
        startLayer: options.mutualFromLayer ?? firstTransformerUp(model),
      },
      watch,
    ),
};

/**
 * The first transformer on the way up at half the latent's side: the official 10 in Stable Diffusion, whose way down
 * has 6, its middle 1, and its way up 3 at a quarter of the side.
 */
function firstTransformerUp({ unetConfig }: Pick<EditingModel, 'unetConfig'>): number {
  const { down_block_types: down, up_block_types: up, layers_per_block: layers } = unetConfig;
  const before = down.filter((type) => type === 'CrossAttnDownBlock2D').length * layers + 1;
  // The last level has the latent's own side, the one before it half of that.
  const coarser = up.slice(0, -2).filter((type) => type === 'CrossAttnUpBlock2D').length;
  return before + coarser * (layers + 1);
}
