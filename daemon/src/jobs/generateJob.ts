/** @file A picture from words alone. */

import { type GenerateOptions, PalimpsestError, sentence } from '@palimpsest/protocol';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import type { Picture } from '../imaging/picture.ts';
import { fromTensor } from '../imaging/pixels.ts';
import { textToImage } from '../methods/textToImage.ts';
import type { Watch } from '../methods/watch.ts';

export interface GenerateWork {
  readonly prompt: string;
  readonly options: GenerateOptions;
}

/** @throws {PalimpsestError} OPTION_INVALID when the model cannot draw at that size, PROMPT_TOO_LONG, CANCELLED. */
export async function generatePicture(
  model: StableDiffusion,
  prompt: string,
  options: GenerateOptions,
  watch: Watch = {},
): Promise<Picture> {
  const { width = model.nativeSide, height = model.nativeSide, ...rest } = options;
  for (const [name, side] of Object.entries({ width, height })) {
    if (side % model.sideMultiple !== 0) {
      const nearest = Math.max(1, Math.round(side / model.sideMultiple)) * model.sideMultiple;
      throw new PalimpsestError(
        'OPTION_INVALID',
        sentence`${{ side: name }} has to be a multiple of ${{ multiple: model.sideMultiple }} for this model: try ${{ nearest }} instead of ${{ given: side }}.`,
      );
    }
  }
  return fromTensor(await textToImage(model, { ...rest, prompt, width, height }, watch), { round: true });
}
