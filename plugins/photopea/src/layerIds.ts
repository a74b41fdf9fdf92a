/** @file The contract's ids of layers: a document, as far as Photopea tells them apart, and the layer's number in it. */

import * as z from 'zod/mini';
import { DocumentRef, LayerRef } from './scripts/looking.ts';

const LayerId = z.strictObject({ document: DocumentRef, layer: LayerRef });
export type LayerId = z.infer<typeof LayerId>;

export const writeLayerId = ({ name, source, index }: DocumentRef, { id, twin }: LayerRef): string =>
  JSON.stringify({ document: { name, source, index }, layer: { id, twin } } satisfies LayerId);

/** null where the text is none of ours: it may come from what an older panel kept. */
export function readLayerId(id: string): LayerId | null {
  try {
    return z.parse(LayerId, JSON.parse(id));
  } catch {
    return null;
  }
}
