/** @file An edit that works on a part of the picture only: the mask's surroundings, at the model's best size. */

import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { type Area, areaAround, cropMask, cropPicture, pastePicture } from '../imaging/area.ts';
import type { Watch } from '../methods/watch.ts';
import { type EditedPicture, type EditWork, editPicture } from './editJob.ts';
import type { Inversions } from './invertJob.ts';

/** The part of the picture that is worked on: all of it without a mask, or where no context is asked for. */
export function areaOfEdit({ picture, mask, edit }: EditWork): Area {
  const { width, height } = picture;
  return mask === undefined || edit.context === undefined
    ? { left: 0, top: 0, width, height }
    : areaAround(mask, edit.context);
}

/**
 * As `editPicture`, for the part that `areaOfEdit` tells, which is inverted by itself; pixels beyond stay bit for bit.
 *
 * @returns a picture of the whole one's size.
 * @throws {PalimpsestError} as `editPicture` does.
 */
export async function editInArea(
  model: StableDiffusion,
  store: Inversions,
  request: EditWork,
  watch: Watch = {},
): Promise<EditedPicture> {
  const { picture, mask } = request;
  const area = areaOfEdit(request);
  if (area.width === picture.width && area.height === picture.height)
    return editPicture(model, store, request, watch);
  const part = {
    ...request,
    picture: cropPicture(picture, area),
    ...(mask === undefined ? {} : { mask: cropMask(mask, area) }),
  };
  const edited = await editPicture(model, store, part, watch);
  return { ...edited, picture: pastePicture(picture, edited.picture, area) };
}
