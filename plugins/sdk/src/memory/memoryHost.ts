/**
 * @file An editor that is nothing but memory: the smallest host that keeps every promise. For tests, and as an example
 * to write a host by.
 */

import { type Area, cornersOf, type EditorHands, type HostUnderTest } from '../conformance/hands.ts';
import { type EditorHost, HostError, type HostEvent, type LayerPixels } from '../editorHost.ts';
import { pixelSize } from '../exportScale.ts';
import type { Layer, PlacedResult } from '../hostData.ts';
import { decodePng, encodePng, type Pixels } from '../png.ts';
import type { PixelSize } from '../pngSize.ts';

interface MemoryLayer extends Layer {
  readonly pixels: Pixels;
}

interface NewLayer extends Omit<MemoryLayer, 'id'> {
  /** The layer that it lies directly above; where that is null or gone, it lies on top. */
  readonly above: string | null;
}

/** The document, its undo steps, and what a person can do. The topmost layer comes first. */
export class MemoryEditor implements EditorHands {
  layers: readonly MemoryLayer[] = [];
  selected: readonly string[] = [];
  area: { readonly id: string; readonly area: Area } | null = null;
  scheme: 'light' | 'dark' = 'light';
  readonly memories = new Map<string, string>();
  readonly settings = new Map<string, string>();
  readonly notices: string[] = [];
  private readonly past: (readonly MemoryLayer[])[] = [];
  private readonly listeners = new Map<HostEvent, Set<() => void>>();
  readonly id = crypto.randomUUID();
  private created = 0;

  async addLayer(name: string, pixels: Pixels, { x, y }: { readonly x: number; readonly y: number }) {
    const { width, height } = pixels;
    const transform = [1, 0, 0, 1, x, y] as const;
    const [made] = this.insert([{ name, width, height, transform, naturalScale: 1, pixels, above: null }]);
    return made!.id;
  }

  async select(ids: readonly string[]) {
    this.selected = ids;
    this.emit('selection');
  }

  async remove(id: string) {
    this.change(this.layers.filter((layer) => layer.id !== id));
    await this.select(this.selected.filter((other) => other !== id));
  }

  async selectArea(id: string, area: Area | null) {
    this.area = area && { id, area };
    this.emit(area === null ? 'unmask' : 'mask');
  }

  async look() {
    return this.layers.map((layer) => ({ ...layer, corners: cornersOf(layer) }));
  }

  async undo() {
    this.layers = this.past.pop() ?? this.layers;
    this.emit('selection');
  }

  async setColourScheme(scheme: 'light' | 'dark') {
    this.scheme = scheme;
    this.emit('theme');
  }

  async reopen() {
    this.listeners.clear();
    return new MemoryHost(this);
  }

  /** Adds layers, all in one undo step. */
  insert(additions: readonly NewLayer[]): readonly MemoryLayer[] {
    let { layers } = this;
    const made = additions.map(({ above, ...layer }) => {
      const added = { ...layer, id: `layer-${++this.created}` };
      const index = layers.findIndex(({ id }) => id === above);
      layers = layers.toSpliced(Math.max(index, 0), 0, added);
      return added;
    });
    this.change(layers);
    return made;
  }

  on(event: HostEvent, listener: () => void): () => void {
    const listeners = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, listeners.add(listener));
    if (event === 'mask' && this.area !== null) listener();
    return () => listeners.delete(listener);
  }

  private change(layers: readonly MemoryLayer[]): void {
    this.past.push(this.layers);
    this.layers = layers;
  }

  private emit(event: HostEvent): void {
    for (const listener of this.listeners.get(event) ?? []) listener();
  }
}

export class MemoryHost implements EditorHost {
  readonly editor = 'Memory';
  readonly maxSide = Number.POSITIVE_INFINITY;
  readonly maskName = 'inside the selection';

  private readonly document: MemoryEditor;

  constructor(document: MemoryEditor) {
    this.document = document;
  }

  async selection(): Promise<readonly Layer[]> {
    return this.document.layers.filter(({ id }) => this.document.selected.includes(id)).map(withoutPixels);
  }

  async find(id: string): Promise<Layer | null> {
    const layer = this.document.layers.find((other) => other.id === id);
    return layer === undefined ? null : withoutPixels(layer);
  }

  async documentOf(_: Layer, _mark: boolean): Promise<string> {
    return this.document.id;
  }

  async exportPixels(id: string, scale: number, signal: AbortSignal): Promise<LayerPixels> {
    const layer = this.get(id);
    const size = pixelSize(layer, scale);
    const png = await encodePng(scaled(layer.pixels, size));
    signal.throwIfAborted();
    return { png, ...size };
  }

  async mask(id: string, { width, height }: PixelSize) {
    const layer = this.get(id);
    const { area } = this.document.area ?? {};
    if (area === undefined || this.document.area?.id !== id) return null;
    const rgba = new Uint8ClampedArray(width * height * 4);
    for (let i = 0; i < width * height; i++) {
      const x = (((i % width) + 0.5) * layer.width) / width - area.x;
      const y = ((Math.floor(i / width) + 0.5) * layer.height) / height - area.y;
      const inside = x >= 0 && y >= 0 && x < area.width && y < area.height;
      rgba.set(inside ? [255, 255, 255, 255] : [0, 0, 0, 255], i * 4);
    }
    return encodePng({ width, height, rgba });
  }

  async place(result: PlacedResult): Promise<Layer> {
    const [placed] = await this.placeAll([result]);
    return placed!;
  }

  async placeAll(results: readonly PlacedResult[]): Promise<readonly Layer[]> {
    const { document } = this;
    const decoded = await Promise.all(results.map(({ png }) => readResult(png)));
    const made = document.insert(
      results.map(({ source, name }, i) => {
        const { width, height, transform } = document.layers.find(({ id }) => id === source.id) ?? source;
        const pixels = decoded[i]!;
        const naturalScale = pixels.width / width;
        return { name, width, height, transform, naturalScale, pixels, above: source.id };
      }),
    );
    for (const [i, { source, memory, sourceMemory }] of results.entries()) {
      document.memories.set(made[i]!.id, memory);
      if ((await this.find(source.id)) !== null) document.memories.set(source.id, sourceMemory);
    }
    return made.map(withoutPixels);
  }

  async remember(id: string, text: string): Promise<void> {
    this.document.memories.set(this.get(id).id, text);
  }

  async recall(id: string): Promise<string | null> {
    return this.document.memories.get(id) ?? null;
  }

  async readSetting(name: string): Promise<string | null> {
    return this.document.settings.get(name) ?? null;
  }

  async writeSetting(name: string, value: string | null): Promise<void> {
    if (value === null) this.document.settings.delete(name);
    else this.document.settings.set(name, value);
  }

  notify(message: string): void {
    this.document.notices.push(message);
  }

  colourScheme(): 'light' | 'dark' {
    return this.document.scheme;
  }

  on(event: HostEvent, listener: () => void): () => void {
    return this.document.on(event, listener);
  }

  private get(id: string): MemoryLayer {
    const layer = this.document.layers.find((other) => other.id === id);
    if (layer !== undefined) return layer;
    throw new HostError('LAYER_GONE', 'The layer is gone. Select another one.');
  }
}

/** A host in memory, with the hands of its person. */
export async function memoryHost(): Promise<HostUnderTest & { readonly hands: MemoryEditor }> {
  const hands = new MemoryEditor();
  return { host: new MemoryHost(hands), hands, close: async () => {} };
}

const readResult = (png: Uint8Array<ArrayBuffer>): Promise<Pixels> =>
  decodePng(png).catch((cause: unknown) => {
    throw new HostError('EDITOR_FAILED', 'The result cannot be read. Make the edit again.', { cause });
  });

const withoutPixels = ({ id, name, width, height, transform, naturalScale }: MemoryLayer): Layer => ({
  ...{ id, name, width, height, transform, naturalScale },
});

/** Each pixel is the nearest one of the source. */
function scaled({ width, height, rgba }: Pixels, size: PixelSize): Pixels {
  const out = new Uint8ClampedArray(size.width * size.height * 4);
  for (let i = 0; i < size.width * size.height; i++) {
    const x = Math.floor((((i % size.width) + 0.5) * width) / size.width);
    const y = Math.floor(((Math.floor(i / size.width) + 0.5) * height) / size.height);
    out.set(rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4), i * 4);
  }
  return { ...size, rgba: out };
}
