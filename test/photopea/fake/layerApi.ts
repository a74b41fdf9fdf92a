/** @file A layer, as scripts see it. */

import type { DocumentApi } from './documentApi.ts';
import { type FakeDocument, type FakeLayer, opaqueBox, type Point } from './fakeDocument.ts';
import { levelsOn, selectedBox } from './pixels.ts';
import type { Traits } from './traits.ts';

/** How two documents and the traits are reached. */
export interface Stage {
  readonly traits: Traits;
  isActive(document: FakeDocument): boolean;
}

/** Numbers, or values with a unit. */
export function withUnits(box: readonly number[], { oddBounds }: Traits): unknown[] {
  return box.map((value) => (oddBounds ? { value, type: 'px' } : value));
}

export class LayerApi {
  readonly document: FakeDocument;
  /** The layer's id here; scripts see another one. */
  readonly key: number;
  private readonly stage: Stage;

  constructor(document: FakeDocument, key: number, stage: Stage) {
    this.document = document;
    this.key = key;
    this.stage = stage;
  }

  get id() {
    return this.layer.shownId;
  }
  get typename() {
    return this.layer.sort === 'GROUP' ? 'LayerSet' : 'ArtLayer';
  }
  get kind() {
    return ['GROUP', 'SELECTIVECOLOR'].includes(this.layer.sort) ? undefined : this.layer.sort;
  }
  get layers(): LayerApi[] {
    return this.layer.layers.map(({ id }) => new LayerApi(this.document, id, this.stage));
  }
  get parent(): unknown {
    const group = this.document.all().find(({ layers }) => layers.some(({ id }) => id === this.key));
    if (group !== undefined) return new LayerApi(this.document, group.id, this.stage);
    return {
      typename: 'Document',
      layers: this.document.layers.map(({ id }) => new LayerApi(this.document, id, this.stage)),
    };
  }
  get bounds() {
    const { selection, width, height } = this.document;
    if (this.layer.sort === 'SELECTIVECOLOR') return withUnits([0, 0, width, height], this.stage.traits);
    const hidden = this.stage.traits.oddBounds ? selectedBox(selection, width, height) : null;
    return withUnits(hidden ?? opaqueBox(this.layer) ?? [0, 0, 0, 0], this.stage.traits);
  }
  get selected() {
    return this.document.active.includes(this.key);
  }
  set selected(is: boolean) {
    const others = this.document.active.filter((id) => id !== this.key);
    this.document.active = is ? [...others, this.key] : others;
  }

  get name() {
    return this.layer.name;
  }
  set name(name: string) {
    this.set({ name });
  }
  get visible() {
    return this.layer.visible;
  }
  set visible(visible: boolean) {
    this.set({ visible });
  }
  get opacity() {
    return this.layer.opacity;
  }
  set opacity(opacity: number) {
    this.set({ opacity });
  }
  get fillOpacity() {
    return this.layer.fillOpacity;
  }
  set fillOpacity(fillOpacity: number) {
    this.set({ fillOpacity });
  }
  get blendMode() {
    return this.layer.blendMode;
  }
  set blendMode(blendMode: string) {
    this.set({ blendMode });
  }
  get grouped() {
    return this.layer.grouped;
  }
  set grouped(grouped: boolean) {
    this.set({ grouped });
  }
  get allLocked() {
    return this.layer.allLocked;
  }
  set allLocked(allLocked: boolean) {
    this.set({ allLocked });
  }
  get isBackgroundLayer() {
    return this.layer.isBackgroundLayer;
  }
  set isBackgroundLayer(isBackgroundLayer: boolean) {
    this.set({ isBackgroundLayer });
  }

  translate(x: number, y: number): void {
    if (typeof x !== 'number' || typeof y !== 'number') throw new Error('translate wants numbers.');
    if (this.layer.allLocked || this.layer.isBackgroundLayer) throw new Error('The layer is locked.');
    if (this.document.selection !== null) throw new Error('Only the selected pixels would be moved.');
    this.set(moved(this.layer, this.document, { x, y }));
  }

  remove(): void {
    if (this.document.all().length === 1) throw new Error('The only layer cannot be removed.');
    this.document.change(() => {
      const siblings = this.document.siblings(this.key);
      siblings.splice(this.at(siblings), 1);
      if (this.selected) this.document.active = [this.document.layers[0]!.id];
    });
  }

  move({ key }: LayerApi, placement: string): void {
    if (placement !== 'before') throw new Error(`Layers are not moved ${placement} here.`);
    const { document } = this;
    document.change(() => {
      const from = document.siblings(this.key);
      const [layer] = from.splice(this.at(from), 1);
      const to = document.siblings(key);
      to.splice(
        to.findIndex((other) => other.id === key),
        0,
        layer!,
      );
      Object.assign(layer!, moved(layer!, document, this.offsetInto(document)));
    });
  }

  duplicate(target: DocumentApi | LayerApi, placement: string): LayerApi | null {
    const { layer, stage } = this;
    const { traits } = stage;
    // "Cannot read properties of undefined (reading 'clone')", in the real one.
    if (!stage.isActive(this.document))
      throw new Error('The document of the layer has to be the active one.');
    const { document } = target;
    const made = document.change(() => {
      const copy = document.copyOf(layer, traits.keptIds);
      const sameSize = document.width === this.document.width && document.height === this.document.height;
      if (!sameSize && traits.centredPlacing) {
        copy.x = Math.floor((document.width - copy.pixels.width) / 2);
        copy.y = Math.floor((document.height - copy.pixels.height) / 2);
      }
      if (!sameSize) copy.mask = null;
      if (target instanceof LayerApi && placement === 'before' && !traits.otherVersion) {
        const siblings = document.siblings(target.key);
        siblings.splice(target.at(siblings), 0, copy);
      } else document.layers.unshift(copy);
      const outwards = traits.artboardOffsets ? originOf(this.document, this.key) : { x: 0, y: 0 };
      const inwards = new LayerApi(document, copy.id, stage).offsetInto(document);
      const by = { x: inwards.x - outwards.x, y: inwards.y - outwards.y };
      Object.assign(copy, moved(copy, document, by));
      document.active = [copy.id];
      return copy;
    });
    return traits.oddBounds ? null : new LayerApi(document, made.id, stage);
  }

  /** How far a layer is moved by coming into the artboard that it is in now. */
  private offsetInto(document: FakeDocument): Point {
    const { artboardOffsets, artboardOffsetsIn } = this.stage.traits;
    return artboardOffsets || artboardOffsetsIn ? originOf(document, this.key) : { x: 0, y: 0 };
  }

  private get layer(): FakeLayer {
    return this.document.find(this.key);
  }

  private at(siblings: readonly FakeLayer[]): number {
    return siblings.findIndex(({ id }) => id === this.key);
  }

  private set(values: Partial<FakeLayer>): void {
    this.document.change(() => Object.assign(this.layer, values));
  }
}

function originOf(document: FakeDocument, id: number): Point {
  const [x, y] = document.artboardOf(id) ?? [0, 0];
  return { x, y };
}

/** A mask moves with its layer. */
const moved = (
  { x, y, mask }: FakeLayer,
  document: FakeDocument,
  by: Point,
): Pick<FakeLayer, 'x' | 'y' | 'mask'> => ({
  x: x + by.x,
  y: y + by.y,
  mask: mask && (by.x === 0 && by.y === 0 ? mask : levelsOn(mask, document, document, [by.x, by.y])),
});
