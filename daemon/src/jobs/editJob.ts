/** @file Editing a picture with words: inverts it first where that has not been done. */

import type { EditKind, EditOptions, InversionOptions } from '@palimpsest/protocol';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { composite } from '../imaging/composite.ts';
import { fitMask, unfitMask } from '../imaging/fit.ts';
import type { Mask } from '../imaging/mask.ts';
import type { Picture } from '../imaging/picture.ts';
import { editorFor, resolveEdit } from '../methods/editors.ts';
import { INVERSIONS, resolveInversion } from '../methods/inversions.ts';
import type { Watch } from '../methods/watch.ts';
import { row, type Tensor } from '../tensor/tensor.ts';
import { developLatent } from './developLatent.ts';
import { planEdit } from './editPlan.ts';
import { embedOnce } from './embeddings.ts';
import { type Inversions, type InvertedPicture, invertPicture } from './invertJob.ts';
import { keepOriginal } from './keepOriginal.ts';

export interface EditWork {
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
  store: Inversions,
  request: EditWork,
  watch: Watch = {},
): Promise<EditedPicture> {
  const { picture, source, target, mask, edit } = request;
  const options = resolveInversion(request.inversion);
  const editor = editorFor(edit, options.method);
  const { steps, guidance, seed } = options;
  const plan = planEdit(model.tokenizer, { source, target }, edit, steps);
  const embed = embedOnce(model);
  const [ofSource, ofTarget, unconditional] = await Promise.all([embed(source), embed(target), embed('')]);
  const embeddings = { source: ofSource, target: ofTarget, unconditional };
  const inverted = await invertPicture(
    model,
    store,
    { picture, prompt: source, options: request.inversion },
    watch,
    embed,
  );
  const { inversion, placement } = inverted;
  const latentMask = mask && fitMask(mask, placement, model.pixelsPerLatent);
  const keepsOriginal = edit.keep === 'original';
  const path = await INVERSIONS[options.method].path(model, inversion, embeddings, options);

  const { words, cross, blend } = plan;
  const steadily = editor.edit(
    model,
    {
      path,
      ...embeddings,
      words,
      steps,
      guidance,
      options: resolveEdit(edit),
      cross,
      seed,
      keepSource: keepsOriginal,
      ...(blend ? { blend } : {}),
      ...(latentMask ? { mask: latentMask } : {}),
    },
    watch,
  );
  let latents: Tensor | null = null;
  let wordMask: Tensor | undefined;
  for await (const step of steadily) ({ latents, mask: wordMask } = step);

  const [redrawn, drawn] = [row(latents!, 0), row(latents!, latents!.shape[0]! - 1)];
  const edited = keepsOriginal
    ? await keepOriginal(
        model,
        {
          picture,
          placement,
          canvas: inverted.canvas,
          source: { latent: redrawn, prompt: ofSource, words: plan.about.source },
          target: { latent: drawn, prompt: ofTarget, words: plan.about.target },
        },
        edit,
        watch,
      )
    : await developLatent(model, drawn, placement, picture);
  const bounds = intersect(mask, wordMask && unfitMask(targetRow(wordMask), placement));
  return {
    picture: bounds === undefined ? edited : composite(picture, edited, bounds, edit.feather),
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
