/** @file Pictures as base64. */

import { MAX_INLINE_BYTES, PalimpsestError } from '@palimpsest/protocol';
import { mediaTypeOf } from '../../imaging/pictureHeader.ts';
import { clientOf } from '../caller.ts';
import type { Desk, Part } from './desk.ts';

export function imageHandlers({ pictures }: Desk): Part<`images.${string}`> {
  return {
    'images.put': async ({ data }, caller) => {
      const { image, width, height } = await pictures
        .of(() => clientOf(caller))
        .keep(Buffer.from(data, 'base64'));
      return { image, width, height };
    },
    'images.get': async ({ image }, caller) => {
      const bytes = await pictures.of(() => clientOf(caller)).find(image);
      if (bytes.length > MAX_INLINE_BYTES) {
        throw new PalimpsestError(
          'PICTURE_TOO_LARGE',
          `The picture has ${bytes.length} bytes; at most ${MAX_INLINE_BYTES} go as base64. Get it as binary frames.`,
        );
      }
      const mediaType = mediaTypeOf(bytes) ?? 'application/octet-stream';
      return { image, mediaType, data: Buffer.from(bytes).toString('base64') };
    },
  };
}
