/** @file A document, as scripts see it. */

import type { Pixels } from '@palimpsest/sdk';
import { type FakeDocument, selectedBox } from './fakeDocument.ts';
import { LayerApi, type Stage, withUnits } from './layerApi.ts';
import { over } from './render.ts';

/** What a document can ask of the program around it. */
export interface DocumentStage extends Stage {
  send(document: FakeDocument, format: string): void;
  close(document: FakeDocument): void;
  /** Some call kills the script that makes it. */
  mayDie(): void;
}

export interface Colour {
  readonly rgb: { readonly red: number; readonly green: number; readonly blue: number };
}

export class DocumentApi {
  readonly typename = 'Document';

  constructor(
    readonly document: FakeDocument,
    private readonly stage: DocumentStage,
  ) {}

  get name() {
    return this.document.name;
  }
  get source() {
    return this.document.source;
  }
  get width() {
    return withUnits([this.document.width], this.stage.traits)[0];
  }
  get height() {
    return withUnits([this.document.height], this.stage.traits)[0];
  }
  get resolution() {
    return 72;
  }
  get layers(): LayerApi[] {
    return this.document.layers.map(({ id }) => this.layer(id));
  }
  get activeLayer(): LayerApi | null {
    const [id] = this.document.active;
    return id === undefined ? null : this.layer(id);
  }
  set activeLayer(layer: LayerApi) {
    this.document.active = [layer.id];
  }
  get artLayers() {
    const { document } = this;
    return {
      add: () => {
        const [active] = document.active;
        const layer = document.change(() => {
          const made = document.newLayer('Layer');
          const siblings = active === undefined ? document.layers : document.siblings(active);
          siblings.splice(
            Math.max(
              0,
              siblings.findIndex(({ id }) => id === active),
            ),
            0,
            made,
          );
          document.active = [made.id];
          return made;
        });
        return this.layer(layer.id);
      },
    };
  }
  get activeHistoryState(): unknown {
    return this.stage.traits.lockedBackgrounds ? undefined : { step: this.document.steps };
  }
  set activeHistoryState(state: { readonly step: number }) {
    this.document.go(state.step);
  }

  get selection() {
    const { document, stage } = this;
    const every = (level: number) => new Uint8ClampedArray(document.width * document.height).fill(level);
    return {
      get bounds() {
        const box = selectedBox(document.selection, document.width, document.height);
        if (box !== null) return withUnits(box, stage.traits);
        if (document.hadSelection && stage.traits.oddBounds) throw new Error('There is no selection.');
        return null;
      },
      selectAll: () => document.change(() => (document.selection = every(255))),
      deselect: () =>
        document.change(() => {
          document.selection = null;
          document.hadSelection = true;
        }),
      fill: (colour: Colour) => document.change(() => fill(document, colour)),
    };
  }

  saveToOE(format: string): void {
    this.stage.send(this.document, format);
  }

  close(): void {
    this.stage.close(this.document);
  }

  resizeCanvas(width: number, height: number, anchor: string): void {
    this.stage.mayDie();
    if (anchor !== 'topleft') throw new Error('Only this anchor is known here.');
    const { document } = this;
    document.change(() => Object.assign(document, { width, height, selection: null }));
  }

  /** Each pixel is the nearest one. */
  resizeImage(width: number, height: number): void {
    const { document } = this;
    const [across, down] = [width / document.width, height / document.height];
    document.change(() => {
      for (const layer of document.all()) {
        layer.pixels = scaled(layer.pixels, across, down);
        layer.x = Math.round(layer.x * across);
        layer.y = Math.round(layer.y * down);
      }
      Object.assign(document, { width, height, selection: null });
    });
  }

  private layer(id: number): LayerApi {
    return new LayerApi(this.document, id, this.stage);
  }
}

function scaled({ width, height, rgba }: Pixels, across: number, down: number): Pixels {
  const size = {
    width: Math.max(1, Math.round(width * across)),
    height: Math.max(1, Math.round(height * down)),
  };
  if (width === 0) return { width, height, rgba };
  const out = new Uint8ClampedArray(size.width * size.height * 4);
  for (let i = 0; i < size.width * size.height; i++) {
    const x = Math.min(width - 1, Math.floor(((i % size.width) + 0.5) / across));
    const y = Math.min(height - 1, Math.floor((Math.floor(i / size.width) + 0.5) / down));
    out.set(rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4), i * 4);
  }
  return { ...size, rgba: out };
}

/** Paints the active layer where something is selected, as strongly as it is. */
function fill(document: FakeDocument, { rgb: { red, green, blue } }: Colour): void {
  const { width, height, selection } = document;
  if (selection === null) throw new Error('Nothing is selected.');
  const layer = document.find(document.active[0] ?? -1);
  if (layer.allLocked) throw new Error('The layer is locked.');
  const canvas: Pixels = { width, height, rgba: new Uint8ClampedArray(width * height * 4) };
  over(canvas, { ...layer, mask: null, opacity: 100, fillOpacity: 100, blendMode: 'normal' });
  const paint: Pixels = { width, height, rgba: new Uint8ClampedArray(width * height * 4) };
  for (let i = 0; i < selection.length; i++) paint.rgba.set([red, green, blue, selection[i]!], 4 * i);
  over(canvas, { ...document.newLayer('paint', paint) });
  Object.assign(layer, { pixels: canvas, x: 0, y: 0 });
}
