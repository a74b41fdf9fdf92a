/** @file A document of the fake Photopea: layers with real pixels, a selection, and a history. */

import type { Pixels } from '@palimpsest/sdk';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type LayerSort = 'NORMAL' | 'SMARTOBJECT' | 'TEXT' | 'CURVES' | 'GROUP';

export interface FakeLayer {
  readonly id: number;
  name: string;
  sort: LayerSort;
  /** May reach beyond the canvas. */
  pixels: Pixels;
  x: number;
  y: number;
  /** One level for each pixel of the canvas. */
  mask: Uint8ClampedArray<ArrayBuffer> | null;
  opacity: number;
  fillOpacity: number;
  blendMode: string;
  visible: boolean;
  allLocked: boolean;
  isBackgroundLayer: boolean;
  grouped: boolean;
  /** Of a group, the topmost first. */
  readonly layers: FakeLayer[];
}

interface State {
  readonly width: number;
  readonly height: number;
  readonly layers: FakeLayer[];
  readonly selection: Uint8ClampedArray<ArrayBuffer> | null;
  readonly active: readonly number[];
}

export const NO_PIXELS: Pixels = { width: 0, height: 0, rgba: new Uint8ClampedArray() };

export class FakeDocument {
  /** The topmost first. */
  layers: FakeLayer[] = [];
  /** One level for each pixel of the canvas. */
  selection: Uint8ClampedArray<ArrayBuffer> | null = null;
  /** The ids of the selected layers. */
  active: readonly number[] = [];
  /** Photopea throws for the bounds of a selection that was there once. */
  hadSelection = false;
  private readonly states: State[];
  private at = 0;
  private made = 0;

  constructor(
    public name: string,
    public width: number,
    public height: number,
    readonly source = '',
  ) {
    this.states = [this.state()];
  }

  /** Does something that undo takes back in one step. */
  change<T>(work: () => T): T {
    const result = work();
    this.states.splice(this.at + 1, Number.POSITIVE_INFINITY, this.state());
    this.at = this.states.length - 1;
    return result;
  }

  /** How many steps can be taken back. */
  get steps(): number {
    return this.at;
  }

  /** Goes to a step of the history. */
  go(at: number): void {
    if (at < 0 || at >= this.states.length) return;
    this.at = at;
    Object.assign(this, structuredClone(this.states[at]));
  }

  newLayer(name: string, pixels: Pixels = NO_PIXELS, { x, y }: Point = { x: 0, y: 0 }): FakeLayer {
    return {
      ...{ id: ++this.made, name, sort: 'NORMAL', pixels, x, y, mask: null },
      ...{ opacity: 100, fillOpacity: 100, blendMode: 'normal', visible: true, allLocked: false },
      ...{ isBackgroundLayer: false, grouped: false, layers: [] },
    };
  }

  /** A copy with an id of this document. */
  copyOf(layer: FakeLayer): FakeLayer {
    const { mask, ...rest } = layer;
    const copy = { ...structuredClone(rest), mask: mask && new Uint8ClampedArray(mask) };
    return { ...copy, id: ++this.made, isBackgroundLayer: false };
  }

  /** All layers, also those in groups, from top to bottom. */
  all(layers: readonly FakeLayer[] = this.layers): FakeLayer[] {
    return layers.flatMap((layer) => [layer, ...this.all(layer.layers)]);
  }

  find(id: number): FakeLayer {
    const layer = this.all().find((other) => other.id === id);
    if (layer === undefined) throw new Error('Cannot read properties of undefined (reading "add")');
    return layer;
  }

  /** The list that a layer is in: the document's, or that of its group. */
  siblings(id: number): FakeLayer[] {
    return [this.layers, ...this.all().map(({ layers }) => layers)].find((list) =>
      list.some((layer) => layer.id === id),
    )!;
  }

  private state(): State {
    const { width, height, layers, selection, active } = this;
    return structuredClone({ width, height, layers, selection, active });
  }
}

/** What is not transparent of a layer, in the document; null where nothing is. */
export function opaqueBox({
  pixels: { width, height, rgba },
  x,
  y,
}: FakeLayer): [number, number, number, number] | null {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let i = 0; i < width * height; i++) {
    if (rgba[4 * i + 3] === 0) continue;
    const [column, row] = [i % width, Math.floor(i / width)];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  }
  return right === 0 ? null : [x + left, y + top, x + right, y + bottom];
}

/** Where a selection is, whatever its strength. */
export function selectedBox(
  selection: Uint8ClampedArray | null,
  width: number,
  height: number,
): [number, number, number, number] | null {
  if (selection === null) return null;
  const rgba = new Uint8ClampedArray(selection.length * 4);
  selection.forEach((level, i) => {
    rgba[4 * i + 3] = level;
  });
  const layer = { pixels: { width, height, rgba }, x: 0, y: 0 };
  return opaqueBox(layer as FakeLayer);
}
