/** @file A layer, as scripts see it. */

import type { DocumentApi } from './documentApi.ts';
import { type FakeDocument, type FakeLayer, opaqueBox, selectedBox } from './fakeDocument.ts';
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
  constructor(
    readonly document: FakeDocument,
    readonly id: number,
    private readonly stage: Stage,
  ) {}

  get typename() {
    return this.layer.sort === 'GROUP' ? 'LayerSet' : 'ArtLayer';
  }
  get kind() {
    return this.layer.sort === 'GROUP' ? undefined : this.layer.sort;
  }
  get layers(): LayerApi[] {
    return this.layer.layers.map(({ id }) => new LayerApi(this.document, id, this.stage));
  }
  get parent(): unknown {
    const group = this.document.all().find(({ layers }) => layers.some(({ id }) => id === this.id));
    if (group !== undefined) return new LayerApi(this.document, group.id, this.stage);
    return {
      typename: 'Document',
      layers: this.document.layers.map(({ id }) => new LayerApi(this.document, id, this.stage)),
    };
  }
  get bounds() {
    const { selection, width, height } = this.document;
    const hidden = this.stage.traits.oddBounds ? selectedBox(selection, width, height) : null;
    return withUnits(hidden ?? opaqueBox(this.layer) ?? [0, 0, 0, 0], this.stage.traits);
  }
  get selected() {
    return this.document.active.includes(this.id);
  }
  set selected(is: boolean) {
    const others = this.document.active.filter((id) => id !== this.id);
    this.document.active = is ? [...others, this.id] : others;
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
    this.set({ x: this.layer.x + x, y: this.layer.y + y });
  }

  remove(): void {
    if (this.document.all().length === 1) throw new Error('The only layer cannot be removed.');
    this.document.change(() => {
      const siblings = this.document.siblings(this.id);
      siblings.splice(this.at(siblings), 1);
      if (this.selected) this.document.active = [this.document.layers[0]!.id];
    });
  }

  move({ id }: LayerApi, placement: string): void {
    if (placement !== 'before') throw new Error(`Layers are not moved ${placement} here.`);
    this.document.change(() => {
      const from = this.document.siblings(this.id);
      const [layer] = from.splice(this.at(from), 1);
      const to = this.document.siblings(id);
      to.splice(
        to.findIndex((other) => other.id === id),
        0,
        layer!,
      );
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
      const copy = document.copyOf(layer);
      const sameSize = document.width === this.document.width && document.height === this.document.height;
      if (!sameSize && traits.centredPlacing) {
        copy.x = Math.floor((document.width - copy.pixels.width) / 2);
        copy.y = Math.floor((document.height - copy.pixels.height) / 2);
      }
      if (!sameSize) copy.mask = null;
      if (target instanceof LayerApi && placement === 'before' && !traits.otherVersion) {
        const siblings = document.siblings(target.id);
        siblings.splice(target.at(siblings), 0, copy);
      } else document.layers.unshift(copy);
      document.active = [copy.id];
      return copy;
    });
    return traits.oddBounds ? null : new LayerApi(document, made.id, stage);
  }

  private get layer(): FakeLayer {
    return this.document.find(this.id);
  }

  private at(siblings: readonly FakeLayer[]): number {
    return siblings.findIndex(({ id }) => id === this.id);
  }

  private set(values: Partial<FakeLayer>): void {
    this.document.change(() => Object.assign(this.layer, values));
  }
}
