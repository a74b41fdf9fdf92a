/** @file A document, as scripts see it. */

import type { FakeDocument } from './fakeDocument.ts';
import { LayerApi, type Stage, withUnits } from './layerApi.ts';
import { levelsOn, scaled, selectedBox, Uniform, words } from './pixels.ts';

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

  readonly document: FakeDocument;
  private readonly stage: DocumentStage;

  constructor(document: FakeDocument, stage: DocumentStage) {
    this.document = document;
    this.stage = stage;
  }

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
  get bitsPerChannel() {
    return this.document.bits;
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
    this.document.active = [layer.key];
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
    document.change(() => {
      for (const layer of document.all()) {
        if (layer.mask !== null) layer.mask = levelsOn(layer.mask, document, { width, height }, [0, 0]);
      }
      Object.assign(document, { width, height, selection: null });
    });
  }

  resizeImage(width: number, height: number): void {
    const { document } = this;
    const [across, down] = [width / document.width, height / document.height];
    document.change(() => {
      for (const layer of document.all()) {
        if (layer.mask !== null) throw new Error('Masks are not scaled here.');
        const { pixels } = layer;
        const size = [pixels.width * across, pixels.height * down].map((side) =>
          Math.max(1, Math.round(side)),
        );
        layer.pixels = scaled(pixels, size[0]!, size[1]!);
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

/** Paints the active layer where something is selected, as strongly as it is. */
function fill(document: FakeDocument, { rgb: { red, green, blue } }: Colour): void {
  const { width, height, selection, bits } = document;
  if (selection === null) throw new Error('Nothing is selected.');
  const layer = document.find(document.active[0] ?? -1);
  if (layer.allLocked) throw new Error('The layer is locked.');
  const place = { x: 0, y: 0 };
  if (selection.every((level) => level === 255)) {
    Object.assign(layer, { pixels: new Uniform(width, height, [red, green, blue, 255]), ...place });
    return;
  }
  if (layer.pixels.width > 0) throw new Error('Only empty layers are painted in part here.');
  const rgba = new Uint8ClampedArray(width * height * 4);
  const colour = red | (green << 8) | (blue << 16);
  words(rgba).forEach((_, i, pixels) => {
    pixels[i] = colour | (selection[i]! << 24);
  });
  Object.assign(layer, { pixels: { width, height, rgba }, fine: bits === 16 ? rgba : null, ...place });
}
