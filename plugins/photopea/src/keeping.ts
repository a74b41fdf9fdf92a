/**
 * @file What is kept in the browser. Photopea gives scripts no place for a text in a document or a layer, except names
 * and layers that the person would see. So texts stay with the panel, under the document's name and the layer's id. A
 * document holds only a result's words, as the name of its layer.
 */

import * as z from 'zod/mini';
import type { LayerId } from './layerIds.ts';

/** Texts by name, for this person and machine. */
export interface TextStore {
  get(name: string): Promise<string | null>;
  set(name: string, text: string | null): Promise<void>;
}

/** The layer's name is kept beside its text: another document of the same name has other layers. */
const Kept = z.strictObject({ layer: z.string(), text: z.string() });

/** Photopea's own files keep no more of a name than this (photopea/photopea#329). */
const NAME_LENGTH = 255;

export class LayerTexts {
  private readonly store: TextStore;

  constructor(store: TextStore) {
    this.store = store;
  }

  async get(id: LayerId, layerName: string): Promise<string | null> {
    const kept = await this.store.get(keyOf(id));
    if (kept === null) return null;
    const parsed = Kept.safeParse(JSON.parse(kept));
    return parsed.success && asSaved(parsed.data.layer) === asSaved(layerName) ? parsed.data.text : null;
  }

  async set(id: LayerId, layerName: string, text: string): Promise<void> {
    await this.store.set(
      keyOf(id),
      JSON.stringify({ layer: layerName, text } satisfies z.infer<typeof Kept>),
    );
  }
}

/** A name as it comes back from a saved document. */
export const asSaved = (name: string): string => name.slice(0, NAME_LENGTH);

const keyOf = ({ document: { name, source, index }, layer }: LayerId): string =>
  `layer ${JSON.stringify([name, source, index, layer.id, layer.twin])}`;
