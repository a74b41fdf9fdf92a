/** @file Inversions that are there. Making one is a job (work.ts). */

import { PalimpsestError } from '@palimpsest/protocol';
import { clientOf } from '../caller.ts';
import type { Desk, Part } from './desk.ts';

export function inversionHandlers({
  backend: { inversions, engine, blobs },
  turns,
}: Desk): Part<'inversions.list' | 'inversions.get' | 'inversions.delete' | 'inversions.attention'> {
  return {
    'inversions.list': async () => ({ inversions: await inversions.list() }),
    'inversions.get': async ({ id }) => {
      const inversion = (await inversions.list()).find((info) => info.id === id);
      if (inversion !== undefined) return { inversion };
      throw new PalimpsestError(
        'INVERSION_UNKNOWN',
        'There is no inversion of that id. It can be made again.',
      );
    },
    'inversions.delete': async ({ id }) => ({ deleted: await inversions.delete(id) }),
    'inversions.attention': async (request, caller) => {
      const words = await turns.take(clientOf(caller).id, caller.gone, () =>
        engine.attentionMaps(request, caller.gone),
      );
      return {
        words: await Promise.all(words.map(async ({ word, png }) => ({ word, image: await blobs.put(png) }))),
      };
    },
  };
}
