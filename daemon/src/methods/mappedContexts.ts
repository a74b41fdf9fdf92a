/** @file The learned contexts of an inversion, evaluated: once for each timestep and prompt. */

import { PalimpsestError, sentence } from '@palimpsest/protocol';
import type { ContextMapper } from '../networks/denoiser.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { Learned } from './learnedContext.ts';

/** The context [1, tokens, D] of a prompt embedding [1, tokens, D] under parameters [P]. */
export type MappedContexts = (parameters: Tensor, prompt: Tensor) => Promise<Tensor>;

/**
 * c~ = M_t(E(x)) for one picture and any parameters and prompts; or the embedding that was learned in its place.
 *
 * @param width D, of the model's prompt embeddings.
 * @throws {PalimpsestError} CONFIG_UNSUPPORTED when the image encoder's is another.
 */
export function mappedContexts(
  model: ContextMapper,
  { shape, imageTokens }: Pick<Learned, 'shape' | 'imageTokens'>,
  width: number,
): MappedContexts {
  if (shape.kind === 'embedding')
    return async ({ data }) => tensor([1, shape.promptTokens, shape.width], data);
  const imageWidth = imageTokens!.shape[2]!;
  if (imageWidth !== width) {
    throw new PalimpsestError(
      'CONFIG_UNSUPPORTED',
      sentence`The image encoder's width (hidden_size) is ${{ imageWidth }}, but the UNet's contexts are ${{ width }} wide. Give an image encoder of that width with --image-encoder: ViT-B/16 for SD 1.x, ViT-L/14 for SD 2.x.`,
    );
  }
  return (parameters, prompt) => model.mapContext(shape, { parameters, imageTokens: imageTokens!, prompt });
}
