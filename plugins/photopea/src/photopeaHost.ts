/** @file Photopea as an editor, over its live messaging. */

import {
  type EditorHost,
  HostError,
  type HostEvent,
  type Layer,
  type LayerPixels,
  type NoticeKind,
  type PixelSize,
  type PlacedResult,
  readMemory,
  sizeOfPng,
  wordsOfName,
  writeMemory,
} from '@palimpsest/sdk';
import { type Area, Areas, throughMask } from './areas.ts';
import { AreaWatch } from './areaWatch.ts';
import type { Bridge, Session } from './bridge.ts';
import { asSaved, LayerTexts, type TextStore } from './keeping.ts';
import { documentText, type LayerId, readLayerId, writeLayerId } from './layerIds.ts';
import { isInvisible, type Pictures } from './pictures.ts';
import { ScratchWork } from './scratchWork.ts';
import { type Box, FIND, LOOK, type SeenDocument, type SeenLayer } from './scripts/looking.ts';
import { SelectionWatch } from './selectionWatch.ts';
import { refuseWithoutPixels } from './suitability.ts';

/** What the host needs of the page that it lives in. */
export interface HostDependencies {
  readonly texts: TextStore;
  readonly pictures: Pictures;
  /** Photopea shows nothing that scripts say without a dialog. */
  notify(message: string, kind: NoticeKind): void;
  /** Photopea is not asked while nobody sees the panel. */
  isVisible(): boolean;
}

const GONE = 'The layer is gone. Select another one.';
const NOT_PLACED =
  'Photopea could not place the result. If its document was closed, open it again, then keep the result again.';

/** What is told once: of a document, and of a layer. */
const deep = (bits: number) =>
  `This document has ${bits} bits per channel; results have 8. Your own layers stay as they are.`;
const BY_NAME =
  'These words come from the layer’s name. Its other settings stay in the browser that made it.';

export class PhotopeaHost implements EditorHost {
  readonly editor = 'Photopea';
  readonly maxSide = Number.POSITIVE_INFINITY;
  readonly maskName = 'inside the selection';
  private readonly watch: SelectionWatch;
  private readonly areaWatch = new AreaWatch(() => this.watch.on(() => {}));
  private readonly layerTexts: LayerTexts;
  /** Layers do not tell their bounds while something is selected; this is what they told before. */
  private readonly boxes = new Map<string, Box>();
  private readonly areas = new Areas();
  private readonly told = new Set<string>();

  private readonly bridge: Bridge;
  private readonly page: HostDependencies;

  constructor(bridge: Bridge, page: HostDependencies, watchEvery?: number) {
    this.bridge = bridge;
    this.page = page;

    this.layerTexts = new LayerTexts(page.texts);
    this.watch = new SelectionWatch(async () => {
      if (!page.isVisible()) return null;
      const seen = await bridge.exclusively(look);
      this.areaWatch.saw(seen);
      return { seen };
    }, watchEvery);
  }

  async selection(): Promise<readonly Layer[]> {
    const seen = await this.read(look).catch((error: unknown) => {
      if (error instanceof HostError) this.page.notify(error.message, 'error');
      else throw error;
    });
    if (seen === undefined) return [];
    this.watch.saw({ seen });
    this.areaWatch.saw(seen);
    if (seen === null) return [];
    if (seen.bits > 8) this.tellOnce(JSON.stringify(seen.ref), deep(seen.bits));
    return await Promise.all(seen.layers.map((layer) => this.layerOf(seen, layer)));
  }

  async find(id: string): Promise<Layer | null> {
    const found = await this.seek(id);
    return found && (await this.layerOf(found.seen, found.layer, true));
  }

  async documentOf({ id, name }: Layer): Promise<string | null> {
    const found = await this.seek(id);
    if (found !== null && asSaved(found.layer.name) !== asSaved(name)) return null;
    return documentText(id, found?.seen ?? (await this.read(look)));
  }

  async exportPixels(id: string, scale: number, signal: AbortSignal): Promise<LayerPixels> {
    signal.throwIfAborted();
    const layerId = needId(id);
    const found = await this.seek(id);
    if (found === null) throw new HostError('LAYER_GONE', GONE);
    refuseWithoutPixels(found.layer);
    const exported = await this.bridge.exclusively(async (session) => {
      signal.throwIfAborted();
      return await ScratchWork.within(session, (scratch) => scratch.export(layerId, scale));
    });
    signal.throwIfAborted();
    if (exported === undefined) throw new HostError('LAYER_GONE', GONE);
    if (exported === null) {
      throw new HostError('LAYER_UNSUITABLE', 'This layer is empty. Select another one.');
    }
    if (await isInvisible(exported, this.page.pictures)) {
      throw new HostError(
        'LAYER_UNSUITABLE',
        'This layer shows nothing by itself. If it changes the layers below it, select one of those.',
      );
    }
    // Where nothing is selected, no mask will be asked for.
    if (found.seen.hasArea) this.areas.exported(id, exported);
    return exported;
  }

  async mask(id: string, size: PixelSize, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
    signal.throwIfAborted();
    const layer = await this.find(id);
    if (layer === null) throw new HostError('LAYER_GONE', GONE);
    const area = await this.bridge.exclusively((session) =>
      ScratchWork.within(session, (scratch) => scratch.selection(needId(id), boxOf(layer), size)),
    );
    signal.throwIfAborted();
    if (area === undefined) throw new HostError('LAYER_GONE', GONE);
    if (area === null) return null;
    await this.areas.selected(id, size, area);
    return area.grey;
  }

  async place({ source, png, name, memory, sourceMemory }: PlacedResult): Promise<Layer> {
    if (sizeOfPng(png) === null) {
      throw new HostError('EDITOR_FAILED', 'The result cannot be read. Make the edit again.');
    }
    const { document } = needId(source.id);
    const now = await this.find(source.id);
    const { width, height, transform } = now ?? source;
    const layer = now && needId(source.id).layer;
    const [left, top] = [transform[4], transform[5]];
    const { area, picture } = await this.behindItsMask(png, memory);
    const size = { width, height };
    const mask = area?.white ?? null;
    const insertion = { document, layer, name, left, top, size, picture, mask };
    const made = await this.bridge.exclusively((session) =>
      ScratchWork.within(session, (scratch) => scratch.insert(insertion)),
    );
    if (made === null) throw new HostError('EDITOR_FAILED', NOT_PLACED);
    if (area !== null) this.areas.placed(area);
    const id = { document, layer: made.ref };
    await this.layerTexts.set(id, made.name, memory);
    if (now !== null) await this.layerTexts.set(needId(source.id), now.name, sourceMemory);
    const box: Box = [left, top, left + width, top + height];
    const placedId = writeLayerId(document, made.ref);
    this.boxes.set(placedId, box);
    return asLayer(placedId, made.name, box);
  }

  async remember(id: string, text: string): Promise<void> {
    const found = await this.seek(id);
    if (found === null) throw new HostError('LAYER_GONE', GONE);
    await this.layerTexts.set(needId(id), found.layer.name, text);
  }

  async recall(id: string): Promise<string | null> {
    const found = await this.seek(id);
    if (found === null) return null;
    const { name, above } = found.layer;
    const text = await this.layerTexts.get(needId(id), name);
    if (text !== null) return text;
    // Made in another browser: the result's name says the words, and it lies above its source.
    const draft = wordsOfName(name) ?? (above === null ? null : wordsOfName(above));
    if (draft === null) return null;
    this.tellOnce(id, BY_NAME);
    return writeMemory({ version: 1, history: [], draft });
  }

  async readSetting(name: string): Promise<string | null> {
    return await this.page.texts.get(`setting ${name}`);
  }

  async writeSetting(name: string, value: string | null): Promise<void> {
    await this.page.texts.set(`setting ${name}`, value);
  }

  notify(message: string, kind: NoticeKind): void {
    this.page.notify(message, kind);
  }

  /** Photopea tells nobody which theme it has; it is dark when it is new. */
  colourScheme(): 'light' | 'dark' {
    return 'dark';
  }

  on(event: HostEvent, listener: () => void): () => void {
    if (event === 'theme') return () => {};
    return event === 'selection' ? this.watch.on(listener) : this.areaWatch.on(event, listener);
  }

  private tellOnce(of: string, message: string): void {
    if (this.told.has(of)) return;
    this.told.add(of);
    this.page.notify(message, 'info');
  }

  /** Whoever follows the selection reads on; where that fails, the watch is to tell them once more. */
  private async read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.bridge.exclusively(work);
    } catch (error) {
      this.watch.missedIt();
      throw error;
    }
  }

  private async seek(id: string): Promise<{ seen: SeenDocument; layer: SeenLayer } | null> {
    const layerId = readLayerId(id);
    if (layerId === null) return null;
    const seen = await this.read(async (session) => (await session.run(FIND, layerId)).result);
    const layer = seen?.layers[0];
    return seen && layer ? { seen, layer } : null;
  }

  /** @param exactly measures anew what a selection hides; else what is known will do. */
  private async layerOf(seen: SeenDocument, layer: SeenLayer, exactly = false): Promise<Layer> {
    const id = writeLayerId(seen.ref, layer.ref);
    let box = layer.box;
    if (box === null && seen.hasArea && layer.sort === 'pixels') {
      const known = exactly ? undefined : this.boxes.get(id);
      box = known ?? (await this.measure({ document: seen.ref, layer: layer.ref }));
    }
    if (box !== null) this.boxes.set(id, box);
    // What has no box of its own is shown all the same; an export says why it cannot be edited.
    return asLayer(id, layer.name, box ?? [0, 0, seen.width, seen.height]);
  }

  private async measure(id: LayerId): Promise<Box | null> {
    const box = await this.read((session) => ScratchWork.within(session, (scratch) => scratch.measure(id)));
    return box ?? null;
  }

  /** The picture of the layer, and the selection that it is seen through, where the edit was bounded by one that is known. */
  private async behindItsMask(
    png: Uint8Array<ArrayBuffer>,
    memory: string,
  ): Promise<{ picture: Uint8Array<ArrayBuffer>; area: Area | null }> {
    const recipe = readMemory(memory).made?.recipe;
    const isBounded =
      recipe !== undefined && 'masking' in recipe.order && recipe.order.masking === 'selection';
    const { pictures } = this.page;
    for (const area of isBounded ? this.areas.of(recipe.image) : []) {
      const [result, before, grey] = await Promise.all([png, area.before, area.grey].map(pictures.decode));
      const behind = throughMask(result!, before!, grey!);
      if (behind !== null) return { picture: await pictures.encode(behind), area };
    }
    return { picture: png, area: null };
  }
}

const look = async (session: Session): Promise<SeenDocument | null> => (await session.run(LOOK, {})).result;

function needId(id: string): LayerId {
  const layerId = readLayerId(id);
  if (layerId !== null) return layerId;
  throw new HostError('LAYER_GONE', GONE);
}

const asLayer = (id: string, name: string, [left, top, right, bottom]: Box): Layer => ({
  ...{ id, name, width: right - left, height: bottom - top },
  transform: [1, 0, 0, 1, left, top],
  naturalScale: 1,
});

const boxOf = ({ width, height, transform: [, , , , left, top] }: Layer): Box => [
  left,
  top,
  left + width,
  top + height,
];
