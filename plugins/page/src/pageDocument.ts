/** @file The page's document: layers, what is selected, what is painted, and one step back at a time. */

import type { Layer, Matrix } from '@palimpsest/sdk';
import { computed, signal } from '@preact/signals';
import type { PngPicture } from './pictures.ts';

/** A layer with its pixels, ready to be shown. */
export interface PageLayer extends Layer {
  readonly png: Uint8Array<ArrayBuffer>;
  /** For img elements. */
  readonly address: string;
  /** The layer that it was made from, where it is a result. */
  readonly from: string | null;
}

/** The longest side of the canvas that is painted on: finer than any model sees. */
const MAX_MASK_SIDE = 2048;

export class PageDocument {
  /** The topmost first. */
  readonly layers = signal<readonly PageLayer[]>([]);
  readonly selected = signal<readonly string[]>([]);
  /** Pictures that are shown over layers, and are not in the document. */
  readonly previews = signal<ReadonlyMap<string, string>>(new Map());
  readonly past = signal<readonly (readonly PageLayer[])[]>([]);
  /** Grows with every stroke. */
  readonly strokes = signal(0);
  readonly memories = new Map<string, string>();
  /** The layer on the stage. */
  readonly shown = computed(() => this.layers.value.find(({ id }) => id === this.selected.value[0]) ?? null);
  private readonly masks = new Map<string, HTMLCanvasElement>();

  /** Adds a picture on top. */
  add(name: string, picture: PngPicture, transform: Matrix = [1, 0, 0, 1, 0, 0]): PageLayer {
    const { png, width, height } = picture;
    const [made] = this.insert([{ name, width, height, transform, naturalScale: 1, png, from: null }]);
    return made!;
  }

  /** Adds layers, all in one undo step: results directly above what they were made from, others on top. */
  insert(additions: readonly Omit<PageLayer, 'id' | 'address'>[]): readonly PageLayer[] {
    let layers = this.layers.value;
    const made = additions.map((layer): PageLayer => {
      const address = URL.createObjectURL(new Blob([layer.png], { type: 'image/png' }));
      // Never used again, also not when the page is: an edit under way would take another layer for its source.
      const added = { ...layer, id: crypto.randomUUID(), address };
      const index = layers.findIndex(({ id }) => id === layer.from);
      layers = layers.toSpliced(Math.max(index, 0), 0, added);
      return added;
    });
    this.change(layers);
    return made;
  }

  remove(id: string): void {
    this.change(this.layers.value.filter((layer) => layer.id !== id));
    this.selectWhatIsThere();
  }

  find(id: string): PageLayer | null {
    return this.layers.value.find((layer) => layer.id === id) ?? null;
  }

  /** Selects a layer, or one more, or one less. */
  select(id: string, { more = false }: { readonly more?: boolean } = {}): void {
    const selected = this.selected.value;
    if (!more) this.selected.value = [id];
    else if (selected.includes(id)) this.selected.value = selected.filter((other) => other !== id);
    else this.selected.value = [...selected, id];
  }

  undo(): void {
    const before = this.past.value.at(-1);
    if (before === undefined) return;
    this.past.value = this.past.value.slice(0, -1);
    this.layers.value = before;
    this.selectWhatIsThere();
  }

  /** What is painted on a layer, or on a result of it; null where nothing is. */
  maskOf(id: string): HTMLCanvasElement | null {
    return this.masks.get(this.rootOf(id)) ?? null;
  }

  /** The canvas to paint a layer's mask on. */
  paintable({ id, width, height }: PageLayer): HTMLCanvasElement {
    const known = this.maskOf(id);
    if (known !== null) return known;
    const canvas = document.createElement('canvas');
    const scale = Math.min(1, MAX_MASK_SIDE / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    this.masks.set(this.rootOf(id), canvas);
    return canvas;
  }

  clearMask(id: string): void {
    this.masks.delete(this.rootOf(id));
    this.strokes.value++;
  }

  setPreview(id: string, png: Uint8Array<ArrayBuffer> | null): void {
    const previews = new Map(this.previews.value);
    const old = previews.get(id);
    if (old !== undefined) URL.revokeObjectURL(old);
    if (png === null) previews.delete(id);
    else previews.set(id, URL.createObjectURL(new Blob([png], { type: 'image/png' })));
    this.previews.value = previews;
  }

  /** Results share the mask of what they were made from: an edit of a result is one of its source. */
  private rootOf(id: string): string {
    return this.find(id)?.from ?? id;
  }

  private change(layers: readonly PageLayer[]): void {
    this.past.value = [...this.past.value, this.layers.value];
    this.layers.value = layers;
  }

  private selectWhatIsThere(): void {
    const there = this.selected.value.filter((id) => this.find(id) !== null);
    const [top] = this.layers.value;
    this.selected.value = there.length === 0 && top !== undefined ? [top.id] : there;
  }
}
