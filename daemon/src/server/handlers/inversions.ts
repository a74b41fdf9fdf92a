/** @file A client's stored inversions. Making one is a job (work.ts). */

import { type InversionInfo, PalimpsestError, telling, verbatim } from '@palimpsest/protocol';
import { unknownPicture } from '../../queue/queuedJob.ts';
import { type Caller, clientOf } from '../caller.ts';
import type { HandlerDependencies, Part } from './handlerDependencies.ts';

export function inversionHandlers({
  backend: { inversions, engine, blobs },
  belongings,
  turns,
}: HandlerDependencies): Part<
  'inversions.list' | 'inversions.get' | 'inversions.delete' | 'inversions.attention'
> {
  /** What the client does not have is not even looked for. */
  const findFor = async (caller: Caller, id: string): Promise<InversionInfo | null> =>
    belongings.hasInversion(clientOf(caller), id) ? inversions.find(id) : null;
  return {
    'inversions.list': async (_, caller) => ({
      inversions: await inversions.list(belongings.inversionsOf(clientOf(caller))),
    }),
    'inversions.get': async ({ id }, caller) => {
      const inversion = await findFor(caller, id);
      if (inversion !== null) return { inversion };
      throw new PalimpsestError(
        'INVERSION_UNKNOWN',
        telling(verbatim('There is no inversion of that id among yours. It can be made again.'), {
          inversion: id,
        }),
      );
    },
    'inversions.delete': async ({ id }, caller) => {
      const client = clientOf(caller);
      if (!belongings.hasInversion(client, id)) return { deleted: false };
      const deleted = (await findFor(caller, id)) !== null;
      // Others who have it keep it.
      if (belongings.giveUpInversion(client, id)) await inversions.delete(id);
      return { deleted };
    },
    'inversions.attention': async (request, caller) => {
      const client = clientOf(caller);
      if (!belongings.hasPicture(client, request.image)) throw unknownPicture(request.image);
      const words = await turns.take(client.id, caller.gone, () =>
        engine.attentionMaps(request, caller.gone),
      );
      return {
        words: await Promise.all(
          words.map(async ({ word, png }) => {
            const image = await blobs.put(png);
            belongings.addPicture(client, image);
            return { word, image };
          }),
        ),
      };
    },
  };
}
