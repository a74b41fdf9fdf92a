/** @file The page as an editor. */

import {
  type EditorHost,
  HostError,
  type HostEvent,
  type Layer,
  type LayerPixels,
  type LayerPreview,
  type NoticeKind,
  type PixelSize,
  type PlacedResult,
  pixelSize,
  sizeOfPng,
} from '@palimpsest/sdk';
import { effect, signal, untracked } from '@preact/signals';
import type { PageDocument, PageLayer } from './pageDocument.ts';
import { maskOf, scaled } from './pictures.ts';

/** Settings stay in this tab: the page's token is its owner's, and is not left lying in the browser. */
const PREFIX = 'palimpsest-';
const DARK = matchMedia('(prefers-color-scheme: dark)');

export class PageHost implements EditorHost {
  readonly editor = 'its own page';
  readonly maxSide = Number.POSITIVE_INFINITY;
  readonly maskName = 'where you painted';
  /** The last thing that was said. */
  readonly notice = signal<{ readonly message: string; readonly kind: NoticeKind } | null>(null);

  private readonly document: PageDocument;

  constructor(document: PageDocument) {
    this.document = document;
  }

  async selection(): Promise<readonly Layer[]> {
    const selected = this.document.selected.value;
    return this.document.layers.value.filter(({ id }) => selected.includes(id)).map(layerOf);
  }

  async find(id: string): Promise<Layer | null> {
    const layer = this.document.find(id);
    return layer && layerOf(layer);
  }

  /** A new one each time the page is opened; its layers are told apart by their ids. */
  async documentOf(): Promise<string> {
    return 'page';
  }

  async exportPixels(id: string, scale: number, signal: AbortSignal): Promise<LayerPixels> {
    signal.throwIfAborted();
    const layer = this.get(id);
    const size = pixelSize(layer, scale);
    const png = scale === layer.naturalScale ? layer.png : await scaled(layer.png, size);
    signal.throwIfAborted();
    return { png, ...size };
  }

  async mask(id: string, size: PixelSize): Promise<Uint8Array<ArrayBuffer> | null> {
    const painted = this.document.maskOf(this.get(id).id);
    return painted && (await maskOf(painted, size));
  }

  async place(result: PlacedResult): Promise<Layer> {
    const [placed] = await this.placeAll([result]);
    return placed!;
  }

  async placeAll(results: readonly PlacedResult[]): Promise<readonly Layer[]> {
    const { document } = this;
    const columns = results.map(({ png }) => columnsOf(png));
    const made = document.insert(
      results.map(({ source, png, name }, i) => {
        const found = document.find(source.id);
        const { width, height, transform } = found ?? source;
        const naturalScale = columns[i]! / width;
        return { name, width, height, transform, png, naturalScale, from: found?.id ?? null };
      }),
    );
    for (const [i, { source, memory, sourceMemory }] of results.entries()) {
      const { id, from } = made[i]!;
      document.memories.set(id, memory);
      if (from !== null) document.memories.set(source.id, sourceMemory);
    }
    return made.map(layerOf);
  }

  async remember(id: string, text: string): Promise<void> {
    this.document.memories.set(this.get(id).id, text);
  }

  async recall(id: string): Promise<string | null> {
    return this.document.memories.get(id) ?? null;
  }

  async readSetting(name: string): Promise<string | null> {
    return sessionStorage.getItem(PREFIX + name);
  }

  async writeSetting(name: string, value: string | null): Promise<void> {
    if (value === null) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, value);
  }

  notify(message: string, kind: NoticeKind): void {
    this.notice.value = { message, kind };
  }

  colourScheme(): 'light' | 'dark' {
    return DARK.matches ? 'dark' : 'light';
  }

  on(event: HostEvent, listener: () => void): () => void {
    if (event === 'theme') {
      DARK.addEventListener('change', listener);
      return () => DARK.removeEventListener('change', listener);
    }
    if (event === 'mask' || event === 'unmask') return this.onMask(event, listener);
    // A subscription tells at once, too, which is no change.
    let first = true;
    const tell = () => {
      if (!first) listener();
    };
    const offs = [this.document.selected.subscribe(tell), this.document.layers.subscribe(tell)];
    first = false;
    return () => {
      for (const off of offs) off();
    };
  }

  preview(id: string, preview: LayerPreview | null): void {
    this.document.setPreview(id, preview);
  }

  heedMarks(heeded: boolean): void {
    this.document.masks.heeded.value = heeded;
  }

  /** Told when something is painted or erased, and when a picture is selected that has a mask, or none. */
  private onMask(event: 'mask' | 'unmask', listener: () => void): () => void {
    const { document } = this;
    return effect(() => {
      const root = document.shownRoot.value;
      if (document.masks.changes.value === 0 || root === null) return;
      const isMarked = document.masks.painted(root) !== null;
      if (isMarked === (event === 'mask')) untracked(listener);
    });
  }

  private get(id: string): PageLayer {
    const layer = this.document.find(id);
    if (layer !== null) return layer;
    throw new HostError('LAYER_GONE', 'The picture is gone. Choose another one.');
  }
}

/** How many pixels wide a picture is. */
function columnsOf(png: Uint8Array<ArrayBuffer>): number {
  const size = sizeOfPng(png);
  if (size !== null) return size.width;
  throw new HostError('EDITOR_FAILED', 'The result cannot be read. Make the edit again.');
}

const layerOf = ({ id, name, width, height, transform, naturalScale }: PageLayer): Layer => ({
  ...{ id, name, width, height, transform, naturalScale },
});
