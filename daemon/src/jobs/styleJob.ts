/** @file Giving a picture the style of another: both are inverted first where that has not been done. */

import type { InversionOptions, StyleOptions } from '@palimpsest/protocol';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import type { Picture } from '../imaging/picture.ts';
import { INVERSIONS, requireConsistent, resolveFor } from '../methods/inversions.ts';
import { styleTransfer } from '../methods/styleTransfer.ts';
import type { Watch } from '../methods/watch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { developLatent } from './developLatent.ts';
import { embedOnce } from './embeddings.ts';
import { type Inversions, type InvertedPicture, invertPicture } from './invertJob.ts';

export interface StyleWork {
  /** The picture whose content stays, and what is in it. */
  readonly content: Picture;
  readonly source: string;
  /** The picture whose style is taken, and what is in that. */
  readonly style: Picture;
  readonly styleSource: string;
  /** How the style picture is inverted; the content always is by DDIM, in as many steps. */
  readonly inversion: InversionOptions;
  readonly options: StyleOptions;
}

export interface StyledPicture {
  /** Of the content picture's size. */
  readonly picture: Picture;
  /** The style picture's. */
  readonly inverted: Pick<InvertedPicture, 'id' | 'reused'>;
}

/**
 * The content picture in the other one's style.
 *
 * @throws {PalimpsestError} as `invertPicture` does; OPTION_INVALID when the style is to be inverted by a method that
 *   learns nothing of the conditional branch.
 */
export async function stylePicture(
  model: StableDiffusion,
  store: Inversions,
  { content, source, style, styleSource, inversion, options }: StyleWork,
  watch: Watch = {},
): Promise<StyledPicture> {
  requireConsistent({ inversion, style: options });
  const learning = resolveFor('styleDiffusion', inversion);
  const walking = resolveFor('ddim', inversion);
  const embed = embedOnce(model);
  const [contentPrompt, stylePrompt, unconditional] = await Promise.all([
    embed(source),
    embed(styleSource),
    embed(''),
  ]);
  const walked = await invertPicture(
    model,
    store,
    { picture: content, prompt: source, options: walking },
    watch,
    embed,
  );
  const learned = await invertPicture(
    model,
    store,
    { picture: style, prompt: styleSource, options: inversion },
    watch,
    embed,
  );
  const contentPath = await INVERSIONS.ddim.path(
    model,
    walked.inversion,
    { source: contentPrompt, unconditional },
    walking,
  );
  const stylePath = await INVERSIONS.styleDiffusion.path(
    model,
    learned.inversion,
    { source: stylePrompt, unconditional },
    learning,
  );
  const { steps, guidance } = learning;
  const drawing = styleTransfer(
    model,
    {
      content: contentPath,
      contentPrompt,
      style: stylePath,
      stylePrompt,
      steps,
      guidance,
      options,
    },
    watch,
  );
  let latent: Tensor | null = null;
  for await (const next of drawing) latent = next;
  const picture = await developLatent(model, latent!, walked.placement, content);
  return { picture, inverted: learned };
}
