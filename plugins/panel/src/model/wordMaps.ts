/** @file Where the model sees each word of the source, as pictures; known once the picture has been learned. */

import type { DaemonClient } from '@palimpsest/protocol';
import type { EditOrder, Recipe } from '@palimpsest/sdk';
import { signal } from '@preact/signals';

export class WordMaps {
  /** Addresses of grey pictures, by the place of the word in the source; empty until they are there. */
  readonly maps = signal<readonly string[]>([]);
  readonly loading = signal(false);
  private key = '';

  /** Gets the maps for an edit that was made; a second time costs nothing. */
  async load(
    client: DaemonClient,
    { order, image }: Pick<Recipe, 'image'> & { readonly order: EditOrder },
  ): Promise<void> {
    const { model, source: prompt, inversion: options } = order;
    const key = JSON.stringify([model, image, prompt, options]);
    if (key === this.key) return;
    this.clear();
    this.key = key;
    this.loading.value = true;
    try {
      const { words } = await client.call('inversions.attention', { model, image, prompt, options });
      const pictures = await Promise.all(words.map((word) => client.getImage(word.image)));
      if (this.key === key) this.maps.value = pictures.map(pictureAddress);
    } catch {
      // They are a help, and can be asked for again; nothing waits for them.
      this.key = '';
    } finally {
      this.loading.value = false;
    }
  }

  clear(): void {
    for (const address of this.maps.value) URL.revokeObjectURL(address);
    this.maps.value = [];
    this.key = '';
  }
}

/** For an img element, until it is revoked. */
export const pictureAddress = (png: Uint8Array<ArrayBuffer>): string =>
  URL.createObjectURL(new Blob([png], { type: 'image/png' }));
