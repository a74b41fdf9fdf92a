/** @file A document of the fake Photopea: layers with real pixels, a selection, and a history. */

import type { Pixels } from '@palimpsest/sdk';
import { type Box, contentBox, NO_PIXELS } from './pixels.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** SELECTIVECOLOR is an adjustment that scripts are told nothing of. */
export type LayerSort =
  | 'NORMAL'
  | 'SMARTOBJECT'
  | 'TEXT'
  | 'SOLIDFILL'
  | 'CURVES'
  | 'SELECTIVECOLOR'
  | 'GROUP';

export interface FakeLayer {
  readonly id: number;
  /** What scripts take for its id; a copy may have that of its original. */
  readonly shownId: number;
  name: string;
  sort: LayerSort;
  /** May reach beyond the canvas. Never written to, so that the steps of the history share them. */
  pixels: Pixels;
  /** The lower byte of each value, in a document of 16 bits; `pixels` have the upper one. */
  fine: Uint8ClampedArray<ArrayBuffer> | null;
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
  /** Of a group that is an artboard: what is shown of its layers, which are placed in the document all the same. */
  artboard: Box | null;
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

  public name: string;
  public width: number;
  public height: number;
  readonly source: string;
  readonly bits: 8 | 16;

  constructor(name: string, width: number, height: number, source = '', bits: 8 | 16 = 8) {
    this.name = name;
    this.width = width;
    this.height = height;
    this.source = source;
    this.bits = bits;

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
    Object.assign(this, copied(this.states[at]!));
  }

  newLayer(name: string, pixels: Pixels = NO_PIXELS, { x, y }: Point = { x: 0, y: 0 }): FakeLayer {
    const id = ++this.made;
    return {
      ...{ id, shownId: id, name, sort: 'NORMAL', pixels, x, y, mask: null },
      ...{ opacity: 100, fillOpacity: 100, blendMode: 'normal', visible: true, allLocked: false },
      ...{ isBackgroundLayer: false, grouped: false, artboard: null, layers: [] },
      // As 8 bits are made 16: each value 257 times as large.
      fine: this.bits === 16 ? pixels.rgba : null,
    };
  }

  /** A copy of a layer of this document or another one, in the bits of this one. */
  copyOf(layer: FakeLayer, keepsId = false): FakeLayer {
    const { id, shownId, fine } = this.newLayer(layer.name, layer.pixels);
    return {
      ...{ ...layer, id, shownId: keepsId ? layer.shownId : shownId, isBackgroundLayer: false },
      fine: this.bits === 16 ? (layer.fine ?? fine) : null,
    };
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

  /** The artboard around a layer, or null. */
  artboardOf(id: number): Box | null {
    const around = this.all().find(
      ({ artboard, layers }) => artboard !== null && this.all(layers).some((layer) => layer.id === id),
    );
    return around?.artboard ?? null;
  }

  private state(): State {
    return copied(this);
  }
}

const copied = ({ width, height, layers, selection, active }: State): State => ({
  ...{ width, height, selection, active: [...active] },
  layers: layers.map(copiedLayer),
});

const copiedLayer = (layer: FakeLayer): FakeLayer => ({ ...layer, layers: layer.layers.map(copiedLayer) });

/** What is not transparent of a layer, in the document; null where nothing is. */
export function opaqueBox({ pixels, x, y }: Pick<FakeLayer, 'pixels' | 'x' | 'y'>): Box | null {
  const box = contentBox(pixels);
  return box && [x + box[0], y + box[1], x + box[2], y + box[3]];
}
