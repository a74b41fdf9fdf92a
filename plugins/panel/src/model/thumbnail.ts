/** @file A small picture of the layer that an edit works on. */

import { type EditorHost, type Layer, sentenceOf } from '@palimpsest/sdk';
import { signal } from '@preact/signals';
import { pictureAddress } from './wordMaps.ts';

/** Its longer side, in pixels: sharp at the panel's widest on a fine screen. */
const SIDE = 480;

export class Thumbnail {
  /** For an img element; null until there is one. */
  readonly address = signal<string | null>(null);
  private layer: Layer | null = null;

  private readonly host: EditorHost;

  constructor(host: EditorHost) {
    this.host = host;
  }

  /** Shows a layer as it is now, or nothing. The picture of another layer goes at once. */
  async show(layer: Layer | null): Promise<void> {
    if (layer?.id !== this.layer?.id) this.put(null);
    this.layer = layer;
    if (layer === null) return;
    const { id, naturalScale, width, height } = layer;
    const scale = Math.min(naturalScale ?? Infinity, SIDE / Math.max(width, height));
    try {
      const { png } = await this.host.exportPixels(id, scale, new AbortController().signal);
      // Else it is asked for another one by now.
      if (this.layer === layer) this.put(pictureAddress(png));
    } catch (error) {
      if (this.layer !== layer) return;
      this.put(null);
      this.host.notify(sentenceOf(error), 'error');
    }
  }

  private put(address: string | null): void {
    const old = this.address.peek();
    if (old !== null) URL.revokeObjectURL(old);
    this.address.value = address;
  }
}
