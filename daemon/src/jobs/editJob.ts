/** @file Editing a picture with words: inverts it first where that has not been done. */

import type { EditKind, EditOptions, InversionOptions } from '@palimpsest/protocol';
import { composite, type Mask } from '../imaging/composite.ts';
import { fitMask, unfitMask, unfitPicture } from '../imaging/fit.ts';
import type { Picture } from '../imaging/picture.ts';
import { fromTensor } from '../imaging/pixels.ts';
import { p2plus } from '../methods/p2plus.ts';
import type { Watch } from '../methods/watch.ts';
import type { StableDiffusion } from '../models/stableDiffusion.ts';
import type { InversionStore } from '../store/inversionStore.ts';
import { row, type Tensor } from '../tensor/tensor.ts';
import { planEdit } from './editPlan.ts';
import { type InvertedPicture, invertPicture } from './invertJob.ts';
import { loadLearnedValues } from './learnedValues.ts';

export interface EditJobRequest {
  readonly picture: Picture;
  /** What is in the picture, and what it should be. */
  readonly source: string;
  readonly target: string;
  readonly inversion: InversionOptions;
  readonly edit: EditOptions;
  /** Where the picture may change, in its own pixels. */
  readonly mask?: Mask;
}

export interface EditedPicture {
  /** Of the source picture's size. */
  readonly picture: Picture;
  readonly kind: EditKind;
  readonly inverted: Pick<InvertedPicture, 'id' | 'reused'>;
}

/**
 * The edited picture. Where a mask or LocalBlend bounds the edit, the pixels outside are the original ones, bit for bit.
 *
 * @throws {PalimpsestError} as `invertPicture` and `planEdit` do; words are checked before anything long starts.
 */
export async function editPicture(
  model: StableDiffusion,
  store: InversionStore,
  request: EditJobRequest,
  watch: Watch = {},
): Promise<EditedPicture> {
  const { picture, source, target, mask } = request;
  const { steps, guidance } = request.inversion;
  const plan = planEdit(model.tokenizer, { source, target }, request.edit, steps);
  const embeddings = {
    source: await model.encodePrompt(source),
    target: await model.encodePrompt(target),
    unconditional: await model.encodePrompt(''),
  };
  const inverted = await invertPicture(
    model,
    store,
    { picture, prompt: source, options: request.inversion },
    watch,
  );
  const { inversion, placement } = inverted;
  const latentMask = mask && fitMask(mask, placement, model.pixelsPerLatent);
  const values = await loadLearnedValues(inversion.learned, embeddings.source);

  let latents: Tensor | null = null;
  let wordMask: Tensor | undefined;
  try {
    const edit = p2plus(
      model,
      {
        start: inversion.latents.at(-1)!,
        ...embeddings,
        learnedValues: values.learned,
        steps,
        guidance,
        taus: { values: request.edit.tauV, self: request.edit.tauS, unconditionalSelf: request.edit.tauU },
        cross: plan.cross,
        ...(plan.blend ? { blend: plan.blend } : latentMask ? { blend: { mask: latentMask } } : {}),
      },
      watch,
    );
    for await (const step of edit) ({ latents, mask: wordMask } = step);
  } finally {
    await values.dispose();
  }

  const decoded = fromTensor(await model.decodeLatent(row(latents!, 1)), { round: true });
  const edited = unfitPicture(decoded, placement, picture.alpha);
  const bounds = intersect(mask, wordMask && unfitMask(targetRow(wordMask), placement));
  return {
    picture: bounds === undefined ? edited : composite(picture, edited, bounds, request.edit.feather),
    kind: plan.kind,
    inverted,
  };
}

/** Row 1 of a mask [2, 1, h, w]: where the target differs from the source. */
const targetRow = (mask: Tensor): Tensor => row(mask, 1);

/** Where both masks let the picture change. */
function intersect(a: Mask | undefined, b: Mask | undefined): Mask | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { ...a, data: a.data.map((value, i) => Math.min(value, b.data[i]!)) };
}
