/** What the tests of the host share: three layers of which the middle one is edited inside a soft selection. */

import { EditOptions, hashPicture, InversionOptions } from '@palimpsest/protocol';
import {
  decodePng,
  encodePng,
  type Layer,
  type Pixels,
  type PlacedResult,
  writeMemory,
} from '@palimpsest/sdk';
import * as z from 'zod/mini';
import type { FakeDocument, FakeLayer } from './fake/fakeDocument.ts';
import { type OpenedPhotopea, openPhotopea } from './fake/hands.ts';
import type { Traits } from './fake/traits.ts';

export const forever = (): AbortSignal => new AbortController().signal;

/** Each pixel is another colour; all are opaque, or of one alpha. */
export function colourful(width: number, height: number, seed: number, alpha = 255): Pixels {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    rgba.set([(i * 7 + seed) % 256, (i * 13 + seed * 5) % 256, (i * 29 + seed * 11) % 256, alpha], 4 * i);
  }
  return { width, height, rgba };
}

export interface Scene extends OpenedPhotopea {
  readonly source: FakeLayer;
  readonly sourceId: string;
  /** The layers from top to bottom, by id. */
  readonly ids: readonly number[];
}

export const SOURCE = { x: 13, y: 7, width: 24, height: 16 } as const;

export async function openScene(traits: Partial<Traits> = {}): Promise<Scene> {
  const opened = await openPhotopea(traits);
  const { hands, document } = opened;
  await hands.addLayer('under', colourful(document.width, document.height, 1), { x: 0, y: 0 });
  const sourceId = await hands.addLayer('source', colourful(SOURCE.width, SOURCE.height, 2), SOURCE);
  await hands.addLayer('over', colourful(9, 9, 3), { x: 2, y: 2 });
  await hands.select([sourceId]);
  return { ...opened, sourceId, source: hands.layer(sourceId), ids: document.all().map(({ id }) => id) };
}

/** Selects with a soft edge: 0 at the source's left, all of it from its middle on. */
export function selectSoftly(document: FakeDocument): Uint8ClampedArray {
  const selection = new Uint8ClampedArray(document.width * document.height);
  for (let i = 0; i < selection.length; i++) {
    const column = i % document.width;
    selection[i] = Math.max(0, Math.min(255, Math.round(((column - SOURCE.x - 3) / 8) * 255)));
  }
  document.change(() => {
    document.selection = selection;
  });
  return selection;
}

/** As the daemon does: edited where the mask is white, the very source where it is black. */
export function blended(before: Pixels, edited: Pixels, grey: Pixels): Pixels {
  const rgba = before.rgba.map((was, i) => {
    const m = grey.rgba[i - (i % 4)]! / 255;
    return i % 4 === 3 ? was : Math.round((1 - m) * was + m * edited.rgba[i]!);
  });
  return { ...before, rgba: new Uint8ClampedArray(rgba) };
}

/** What the panel places after an edit that was bounded by the selection, or by nothing. */
export async function resultOf(
  source: Layer,
  exported: Uint8Array<ArrayBuffer>,
  result: Pixels,
  { masking = 'none', name = 'a dog → a tiger' }: { masking?: 'none' | 'selection'; name?: string } = {},
): Promise<PlacedResult> {
  const png = await encodePng(result);
  const recipe = {
    order: {
      ...{ model: 'tiny', source: 'a dog', target: 'a tiger', masking },
      inversion: z.parse(InversionOptions, {}),
      edit: z.parse(EditOptions, {}),
    },
    ...{ image: await hashPicture(exported), result: await hashPicture(png), seconds: 1, madeAt: 1 },
  };
  const memory = writeMemory({ version: 1, history: [], made: { recipe, from: source.id } });
  const { width, height } = result;
  return { source, png, width, height, name, memory, sourceMemory: 'of the source' };
}

/** An edit inside the selection, from the export to the layer. */
export async function editInside({ host, sourceId }: Scene) {
  const layer = (await host.find(sourceId))!;
  const exported = await host.exportPixels(sourceId, 1, forever());
  const mask = (await host.mask(sourceId, exported, forever()))!;
  const [before, grey] = [await decodePng(exported.png), await decodePng(mask)];
  const edited = colourful(before.width, before.height, 77);
  const result = blended(before, edited, grey);
  const placed = await host.place(await resultOf(layer, exported.png, result, { masking: 'selection' }));
  return { before, grey, edited, result, placed };
}
