/** @file The person in front of the fake Photopea, and the plugin in it. */

import { decodePng, encodePng, type Pixels } from '@palimpsest/sdk';
import type { EditorHands, HostUnderTest } from '@palimpsest/sdk/conformance';
import { Bridge, type Timings } from '../../../plugins/photopea/src/bridge.ts';
import type { TextStore } from '../../../plugins/photopea/src/keeping.ts';
import { readLayerId, writeLayerId } from '../../../plugins/photopea/src/layerIds.ts';
import { PhotopeaHost } from '../../../plugins/photopea/src/photopeaHost.ts';
import { FakeDocument, type FakeLayer } from './fakeDocument.ts';
import { FakePhotopea } from './fakePhotopea.ts';
import { NO_TRAITS, type Traits } from './traits.ts';

/** Short, so that what does not come is given up soon. */
const QUICK: Timings = { script: 3000, greeting: 500, greetings: 10, lateFile: 60, open: 3000, look: 5 };

export class MemoryTexts implements TextStore {
  private readonly texts = new Map<string, string>();

  async get(name: string): Promise<string | null> {
    return this.texts.get(name) ?? null;
  }

  async set(name: string, text: string | null): Promise<void> {
    if (text === null) this.texts.delete(name);
    else this.texts.set(name, text);
  }
}

export interface OpenedPhotopea extends HostUnderTest {
  readonly photopea: FakePhotopea;
  readonly document: FakeDocument;
  readonly hands: PhotopeaHands;
  readonly host: PhotopeaHost;
  /** What the page has told the person. */
  readonly notices: string[];
  /** The same document on another machine, whose browser has kept nothing yet. */
  elsewhere(): PhotopeaHost;
}

/** @param canvas of the document; large ones take longer to work on. */
export async function openPhotopea(
  traits: Partial<Traits> = {},
  canvas: { readonly width: number; readonly height: number; readonly bits?: 8 | 16 } = {
    width: 90,
    height: 80,
  },
  timings: Timings = QUICK,
): Promise<OpenedPhotopea> {
  const photopea = new FakePhotopea();
  photopea.traits = { ...NO_TRAITS, ...traits };
  const { width, height } = photopea.traits.layersBeyondCanvas ? { width: 20, height: 18 } : canvas;
  const document = photopea.add(new FakeDocument('Photo.psd', width, height, 'local,Photo.psd', canvas.bits));
  const notices: string[] = [];
  const bridges: Bridge[] = [];
  const own = new MemoryTexts();
  const newHost = (texts = own) => {
    const bridge = new Bridge(
      { post: (message) => photopea.receive(message), listen: (listener) => photopea.listen(listener) },
      timings,
    );
    bridges.push(bridge);
    const page = {
      texts,
      pictures: { decode: decodePng, encode: encodePng },
      notify: (message: string) => void notices.push(message),
      isVisible: () => true,
    };
    return new PhotopeaHost(bridge, page, 10);
  };
  const hands = new PhotopeaHands(document, () => newHost());
  const close = async () => {
    for (const bridge of bridges) bridge.close();
  };
  const elsewhere = () => newHost(new MemoryTexts());
  return { host: newHost(), hands, photopea, document, notices, close, elsewhere };
}

export class PhotopeaHands implements EditorHands {
  private readonly document: FakeDocument;
  private readonly newHost: () => PhotopeaHost;

  constructor(document: FakeDocument, newHost: () => PhotopeaHost) {
    this.document = document;
    this.newHost = newHost;
  }

  async addLayer(name: string, pixels: Pixels, offset: { readonly x: number; readonly y: number }) {
    const { id } = this.document.change(() => {
      const layer = this.document.newLayer(name, pixels, offset);
      this.document.layers.unshift(layer);
      return layer;
    });
    return this.idOf(id);
  }

  async select(ids: readonly string[]) {
    this.document.active = ids.map((id) => this.layer(id).id);
  }

  async remove(id: string) {
    const layer = this.layer(id);
    this.document.change(() => {
      const siblings = this.document.siblings(layer.id);
      siblings.splice(siblings.indexOf(layer), 1);
      this.document.active = this.document.active.filter((other) => other !== layer.id);
    });
  }

  async selectArea(id: string, area: { x: number; y: number; width: number; height: number } | null) {
    const { x, y } = this.layer(id);
    const { document } = this;
    document.change(() => {
      document.selection = area && new Uint8ClampedArray(document.width * document.height);
      document.hadSelection ||= area === null;
      document.selection?.forEach((_, i, levels) => {
        const column = (i % document.width) - x - area!.x;
        const row = Math.floor(i / document.width) - y - area!.y;
        levels[i] = column >= 0 && row >= 0 && column < area!.width && row < area!.height ? 255 : 0;
      });
    });
  }

  async look() {
    return this.document.all().map(({ id, name, pixels, x, y }) => {
      const { width, height } = pixels;
      const corners = [
        { x, y },
        { x: x + width, y },
        { x: x + width, y: y + height },
        { x, y: y + height },
      ];
      return { id: this.idOf(id), name, corners, pixels };
    });
  }

  async undo() {
    this.document.go(this.document.steps - 1);
  }

  async reopen() {
    return this.newHost();
  }

  /** The layer behind an id of the contract. */
  layer(id: string): FakeLayer {
    const { layer } = readLayerId(id)!;
    const twins = this.document.all().filter(({ shownId }) => shownId === layer.id);
    return twins.toReversed()[layer.twin]!;
  }

  /** @param id the layer's own, which scripts may not see. */
  idOf(id: number): string {
    const { name, source } = this.document;
    const { shownId } = this.document.find(id);
    const twins = this.document.all().filter((layer) => layer.shownId === shownId);
    const twin = twins.toReversed().findIndex((layer) => layer.id === id);
    return writeLayerId({ name, source, index: -1 }, { id: shownId, twin });
  }
}
