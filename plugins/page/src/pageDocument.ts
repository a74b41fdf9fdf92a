/** @file The page's document: layers, what is selected, what is painted, and an undo of one step at a time. */

import type { Layer, LayerPreview, Matrix } from '@palimpsest/sdk';
import { batch, computed, signal } from '@preact/signals';
import type { Brush, BrushPoint, Stroke } from './brush.ts';
import { History, type Step } from './history.ts';
import { Masks } from './masks.ts';
import type { PngPicture } from './pictures.ts';

/** A layer with its pixels, ready to be shown. */
export interface PageLayer extends Layer {
  readonly png: Uint8Array<ArrayBuffer>;
  /** For img elements. */
  readonly address: string;
  /** The layer that it was made from, where it is a result. */
  readonly from: string | null;
}

/** A preview, ready to be shown. */
interface PagePreview extends LayerPreview {
  readonly address: string;
}

export class PageDocument {
  /** The topmost first. */
  readonly layers = signal<readonly PageLayer[]>([]);
  readonly selected = signal<readonly string[]>([]);
  readonly previews = signal<ReadonlyMap<string, PagePreview>>(new Map());
  readonly history = new History();
  /** The picture that the last step has brought onto the stage, where it was another one before. */
  readonly jumped = signal<PageLayer | null>(null);
  readonly masks = new Masks();
  readonly memories = new Map<string, string>();
  /** The layer on the stage. */
  readonly shown = computed(() => this.layers.value.find(({ id }) => id === this.selected.value[0]) ?? null);
  /** What the mask on the stage belongs to. */
  readonly shownRoot = computed(() => (this.shown.value === null ? null : this.rootOf(this.shown.value.id)));

  /** Opens a picture on top. That is no step: else one step back would close it, with its words and its mask. */
  add(name: string, picture: PngPicture, transform: Matrix = [1, 0, 0, 1, 0, 0]): PageLayer {
    const { png, width, height } = picture;
    const layer = newLayer({ name, width, height, transform, naturalScale: 1, png, from: null });
    this.layers.value = [layer, ...this.layers.value];
    return layer;
  }

  /** Adds results in one step, directly above what they were made from; on top where that is gone. */
  insert(additions: readonly Omit<PageLayer, 'id' | 'address'>[]): readonly PageLayer[] {
    const results = additions.map(newLayer);
    const [first] = results;
    this.step(results.length === 1 ? `keeping “${first?.name}”` : `keeping ${results.length} results`, {
      go: () => {
        for (const layer of results) {
          const index = this.layers.value.findIndex(({ id }) => id === layer.from);
          this.layers.value = this.layers.value.toSpliced(Math.max(index, 0), 0, layer);
        }
        this.selected.value = results.map(({ id }) => id);
      },
      back: () => {
        this.layers.value = this.layers.value.filter((layer) => !results.includes(layer));
      },
    });
    return results;
  }

  remove(id: string): void {
    const layer = this.find(id);
    if (layer === null) return;
    const below = this.layers.value[this.layers.value.indexOf(layer) + 1];
    this.step(`removing “${layer.name}”`, {
      go: () => {
        this.layers.value = this.layers.value.filter((other) => other !== layer);
      },
      back: () => {
        const index = below === undefined ? -1 : this.layers.value.indexOf(below);
        this.layers.value = this.layers.value.toSpliced(
          index < 0 ? this.layers.value.length : index,
          0,
          layer,
        );
      },
    });
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

  /** What is painted on a layer, or on a result of it; null where nothing is. */
  maskOf(id: string): HTMLCanvasElement | null {
    return this.masks.painted(this.rootOf(id));
  }

  /** The canvas to paint a layer's mask on. */
  paintable(layer: PageLayer): HTMLCanvasElement {
    return this.masks.canvasOf(this.rootOf(layer.id), layer);
  }

  /** Who takes the brush means what is painted already, too. */
  brushTaken(): void {
    this.masks.changes.value++;
  }

  /** Begins a stroke with a dab. */
  paint({ id }: PageLayer, brush: Brush, point: BrushPoint): void {
    const root = this.rootOf(id);
    const name = brush.erasing ? 'an eraser stroke' : 'a brush stroke';
    this.stepOfMask(name, root, [...this.masks.strokesOf(root), { brush, points: [point] }]);
  }

  /** Goes on with the stroke that was begun last. */
  paintOn({ id }: PageLayer, point: BrushPoint): void {
    this.masks.extend(this.rootOf(id), point);
  }

  /** The brush was lifted: whether anything is painted is known only now, where it was erasing. */
  strokeEnded(): void {
    this.masks.changes.value++;
  }

  clearMask(id: string): void {
    const root = this.rootOf(id);
    if (this.masks.strokesOf(root).length > 0) this.stepOfMask('clearing the mask', root, []);
  }

  setPreview(id: string, preview: LayerPreview | null): void {
    const previews = new Map(this.previews.value);
    const old = previews.get(id);
    if (old !== undefined) URL.revokeObjectURL(old.address);
    if (preview === null) previews.delete(id);
    else previews.set(id, { ...preview, address: addressOf(preview.png) });
    this.previews.value = previews;
    // An edit of a result is one of its source: there it can be seen.
    const { value: shown } = this.shown;
    const isNew = old === undefined && preview !== null;
    if (isNew && shown !== null && shown.id !== id && shown.from === id) this.select(id);
  }

  /** Results share the mask of what they were made from: an edit of a result is one of its source. */
  rootOf(id: string): string {
    return this.find(id)?.from ?? id;
  }

  private stepOfMask(name: string, root: string, strokes: readonly Stroke[]): void {
    const before = this.masks.strokesOf(root);
    this.step(name, {
      go: () => this.masks.setStrokes(root, strokes),
      back: () => this.masks.setStrokes(root, before),
    });
  }

  /** What is done again or taken back is to be seen: first, what was selected then is selected again. */
  private step(name: string, { go, back }: Pick<Step, 'go' | 'back'>): void {
    const selected = this.selected.value;
    const seen = (change: () => void) => () =>
      batch(() => {
        const before = this.shown.value;
        this.selected.value = selected;
        change();
        const there = this.selected.value.filter((id) => this.find(id) !== null);
        const [top] = this.layers.value;
        this.selected.value = there.length === 0 && top !== undefined ? [top.id] : there;
        const now = this.shown.value;
        this.jumped.value = now?.id === before?.id ? null : now;
      });
    this.history.do({ name, go: seen(go), back: seen(back) });
  }
}

/** Its id is never used again, also not when the page is: an edit under way would take another layer for its source. */
const newLayer = (layer: Omit<PageLayer, 'id' | 'address'>): PageLayer => ({
  ...layer,
  id: crypto.randomUUID(),
  address: addressOf(layer.png),
});

const addressOf = (png: Uint8Array<ArrayBuffer>): string =>
  URL.createObjectURL(new Blob([png], { type: 'image/png' }));
