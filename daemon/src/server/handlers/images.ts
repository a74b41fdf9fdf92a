/** @file Pictures as base64. */

import { MAX_INLINE_BYTES, PalimpsestError, sentence } from '@palimpsest/protocol';
import { mediaTypeOf } from '../../imaging/pictureHeader.ts';
import { clientOf, shareOf } from '../caller.ts';
import type { HandlerDependencies, Part } from './handlerDependencies.ts';

/** What a picture takes in memory, by its bytes: itself, its text, and the message with that text. */
const COPIES = 4;

export function imageHandlers({ pictures }: HandlerDependencies): Part<`images.${string}`> {
  return {
    'images.put': ({ data }, caller) =>
      shareOf(caller).memory.during(COPIES * data.length, async () => {
        const { image, width, height } = await pictures
          .of(() => clientOf(caller))
          .keep(Buffer.from(data, 'base64'));
        return { image, width, height };
      }),
    'images.get': ({ image }, caller) =>
      shareOf(caller).memory.during(COPIES * MAX_INLINE_BYTES, async () => {
        const picture = await pictures.of(() => clientOf(caller)).open(image);
        try {
          if (picture.size > MAX_INLINE_BYTES) {
            throw new PalimpsestError(
              'PICTURE_TOO_LARGE',
              sentence`The picture has ${{ size: picture.size }} bytes; at most ${{ most: MAX_INLINE_BYTES }} go as base64. Get it as binary frames.`,
            );
          }
          const bytes = await picture.next(picture.size);
          const mediaType = mediaTypeOf(bytes) ?? 'application/octet-stream';
          return { image, mediaType, data: Buffer.from(bytes).toString('base64') };
        } finally {
          await picture.close();
        }
      }),
  };
}
