/** @file The contract's ids of layers: a document, as far as Photopea tells them apart, and the layer's number in it. */

import * as z from 'zod/mini';
import { DocumentRef, LayerRef, type SeenDocument } from './scripts/looking.ts';

const LayerId = z.strictObject({ document: DocumentRef, layer: LayerRef });
export type LayerId = z.infer<typeof LayerId>;

export const writeLayerId = ({ name, source, index }: DocumentRef, { id, twin }: LayerRef): string =>
  JSON.stringify({ document: { name, source, index }, layer: { id, twin } } satisfies LayerId);

/** null where the text is no such id: an older panel may have kept it. */
export function readLayerId(id: string): LayerId | null {
  try {
    return z.parse(LayerId, JSON.parse(id));
  } catch {
    return null;
  }
}

/**
 * What tells the document of a layer from others: documents have no id, so it is name, address and size. null where the
 * document that is seen is another one.
 */
export function documentText(id: string, seen: SeenDocument | null): string | null {
  const document = readLayerId(id)?.document;
  if (seen?.ref.name !== document?.name || seen?.ref.source !== document?.source) return null;
  return seen && JSON.stringify([seen.ref.name, seen.ref.source, seen.width, seen.height]);
}
