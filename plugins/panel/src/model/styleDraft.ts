/** @file What the person is about to ask for when the style of one layer goes onto another. */

import { heededInversion, StyleOptions } from '@palimpsest/protocol';
import type { Layer, StyleOrder } from '@palimpsest/sdk';
import { batch, signal } from '@preact/signals';
import { careful } from './controls.ts';
import type { Draft } from './draft.ts';

/** Which of two layers is which. */
export interface StylePair {
  readonly content: Layer;
  readonly style: Layer;
}

export class StyleDraft {
  /** Whether two layers mean a style transfer, and not the same words for both. */
  readonly chosen = signal(false);
  /** The id of the layer that the person has chosen as the style; else it is the lower one. */
  private readonly styleId = signal<string | null>(null);
  readonly styleSource = signal('');
  readonly options = signal<StyleOptions>(StyleOptions.parse({}));

  private readonly draft: Draft;

  /** @param draft has the model, the words of the content, and how pictures are learned. */
  constructor(draft: Draft) {
    this.draft = draft;
  }

  pair([upper, lower]: readonly [Layer, Layer]): StylePair {
    const isSwapped = this.styleId.value === upper.id;
    return isSwapped ? { content: lower, style: upper } : { content: upper, style: lower };
  }

  /** The layers change places, and their words with them. */
  swap({ content }: StylePair): void {
    const { source } = this.draft;
    batch(() => {
      [source.value, this.styleSource.value] = [this.styleSource.value, source.value];
      this.styleId.value = content.id;
    });
  }

  /** Why it cannot be sent yet, or null. */
  missing(): string | null {
    if (this.draft.model.value === '') return this.draft.missing.value;
    if (this.draft.source.value.trim() === '') return 'Say what is in the content.';
    if (this.styleSource.value.trim() === '') return 'Say what is in the style, such as “a watercolor”.';
    return null;
  }

  order({ style }: StylePair): StyleOrder {
    return {
      model: this.draft.model.value,
      source: this.draft.source.value.trim(),
      style: { id: style.id, name: style.name },
      styleSource: this.styleSource.value.trim(),
      // The style is what was learned of its picture, so that there is no quick way.
      inversion: heededInversion({ ...careful(this.draft.inversion.value), learn: 'values' }),
      options: this.options.value,
    };
  }

  /** Opens an order that was made before. */
  take({ model, source, style, styleSource, options }: StyleOrder): void {
    batch(() => {
      this.styleId.value = style.id;
      this.chosen.value = true;
      this.draft.model.value = model;
      this.draft.source.value = source;
      this.styleSource.value = styleSource;
      this.options.value = options;
    });
  }
}
