/** Documents that are not like others: with artboards, of 16 bits, with copies that share a number, in another browser. */

import { decodePng, readMemory } from '@palimpsest/sdk';
import { describe, expect, it } from 'vitest';
import type { FakeDocument, FakeLayer } from './fake/fakeDocument.ts';
import { openPhotopea } from './fake/hands.ts';
import type { Box } from './fake/pixels.ts';
import { render, renderFine } from './fake/render.ts';
import type { Traits } from './fake/traits.ts';
import {
  colourful,
  editInside,
  forever,
  openScene,
  resultOf,
  type Scene,
  SOURCE,
  selectSoftly,
} from './scene.ts';

/** The board that the source is in; the source reaches out of it. */
const BOARD: Box = [10, 5, 34, 60];

/** The scene's source within an artboard, beside another one. */
async function openBoards(traits: Partial<Traits> = {}): Promise<Scene> {
  const scene = await openScene(traits);
  const { document, source } = scene;
  const [over, , under] = document.layers;
  document.change(() => {
    const boards = [
      board(document, 'first', BOARD, [source]),
      board(document, 'second', [40, 5, 80, 60], []),
    ];
    document.layers = [over!, ...boards, under!];
  });
  return scene;
}

function board(document: FakeDocument, name: string, artboard: Box, layers: FakeLayer[]): FakeLayer {
  return { ...document.newLayer(name), sort: 'GROUP', artboard, layers };
}

/** Names from top to bottom, those in folders in brackets. */
const outline = (layers: readonly FakeLayer[]): string =>
  layers.map(({ name, sort, layers }) => (sort === 'GROUP' ? `${name}[${outline(layers)}]` : name)).join(' ');

describe('a layer in an artboard', () => {
  const ways: readonly Partial<Traits>[] = [
    {},
    { artboardOffsets: true },
    { artboardOffsets: true, oddBounds: true, lockedBackgrounds: true },
    { artboardOffsets: true, otherVersion: true },
    { keptIds: true, oddBounds: true },
  ];
  for (const traits of ways) {
    it(`gets its result in the same artboard, exactly over it: ${JSON.stringify(traits)}`, async () => {
      const scene = await openBoards(traits);
      const { document, source, hands, sourceId } = scene;
      const selection = selectSoftly(document);
      const [before, steps] = [render(document), document.steps];

      const { before: exported, grey, placed } = await editInside(scene);

      expect(exported.rgba).toEqual(source.pixels.rgba);
      for (let i = 0; i < SOURCE.width * SOURCE.height; i++) {
        const [x, y] = [(i % SOURCE.width) + SOURCE.x, Math.floor(i / SOURCE.width) + SOURCE.y];
        expect(grey.rgba[4 * i]).toBe(selection[y * document.width + x]);
      }
      expect(outline(document.layers)).toBe('over first[a dog → a tiger source] second[] under');
      const made = hands.layer(placed.id);
      expect(made).toMatchObject({ x: SOURCE.x, y: SOURCE.y });
      const after = render(document);
      for (let i = 0; i < selection.length; i++) {
        const [x, y] = [i % document.width, Math.floor(i / document.width)];
        const inside =
          x >= SOURCE.x && x < SOURCE.x + SOURCE.width && y >= SOURCE.y && y < SOURCE.y + SOURCE.height;
        if (inside) expect(made.mask![i]).toBe(selection[i]);
        const outOfBoard = x < BOARD[0] || x >= BOARD[2] || y < BOARD[1] || y >= BOARD[3];
        if (inside && selection[i]! > 0 && !outOfBoard) continue;
        expect(after.rgba.subarray(4 * i, 4 * i + 4)).toEqual(before.rgba.subarray(4 * i, 4 * i + 4));
      }
      expect(document.selection).toEqual(selection);
      expect(document.active).toEqual([hands.layer(sourceId).id]);
      if (!traits.lockedBackgrounds && !traits.otherVersion) expect(document.steps).toBe(steps + 1);
    });
  }

  it('gets it exactly there, in one step, also where only what comes in is moved', async () => {
    const { host, hands, document, sourceId } = await openBoards({ artboardOffsetsIn: true });
    const { steps } = document;
    const layer = (await host.find(sourceId))!;
    const exported = await host.exportPixels(sourceId, 1, forever());
    const result = colourful(SOURCE.width, SOURCE.height, 9);
    const placed = await host.place(await resultOf(layer, exported.png, result));
    expect(hands.layer(placed.id)).toMatchObject({ x: SOURCE.x, y: SOURCE.y, pixels: result });
    expect(outline(document.layers)).toBe('over first[a dog → a tiger source] second[] under');
    expect(document.steps).toBe(steps + 1);
  });

  it('takes one step more where Photopea does not let a script go back', async () => {
    const { host, hands, document, sourceId } = await openBoards({
      artboardOffsetsIn: true,
      lockedBackgrounds: true,
    });
    const { steps } = document;
    const layer = (await host.find(sourceId))!;
    const exported = await host.exportPixels(sourceId, 1, forever());
    const placed = await host.place(
      await resultOf(layer, exported.png, colourful(SOURCE.width, SOURCE.height, 9)),
    );
    expect(hands.layer(placed.id)).toMatchObject({ x: SOURCE.x, y: SOURCE.y });
    expect(document.steps).toBe(steps + 2);
  });

  it('refuses the artboard itself, as any folder', async () => {
    const { host, hands, document } = await openBoards();
    const id = hands.idOf(document.layers[1]!.id);
    await expect(host.exportPixels(id, 1, forever())).rejects.toThrow('This is a folder');
  });
});

describe('a document of 16 bits', () => {
  it('is edited in 8, says so once, and keeps its own 16 outside of the selection', async () => {
    const { host, hands, document, notices, photopea } = await openPhotopea(
      {},
      { width: 60, height: 40, bits: 16 },
    );
    const sourceId = await hands.addLayer('source', colourful(SOURCE.width, SOURCE.height, 2), SOURCE);
    const source = hands.layer(sourceId);
    source.fine = colourful(SOURCE.width, SOURCE.height, 5).rgba;
    await hands.select([sourceId]);
    const selection = selectSoftly(document);
    await host.selection();
    await host.selection();
    expect(notices).toEqual([
      'This document has 16 bits per channel; results have 8. Your own layers stay as they are.',
    ]);

    const before = renderFine(document);
    const scene = { host, hands, document, photopea, notices, source, sourceId } as unknown as Scene;
    const { before: exported, placed } = await editInside(scene);
    expect(exported.rgba).toEqual(source.pixels.rgba);
    expect(hands.layer(placed.id).fine).toEqual(hands.layer(placed.id).pixels.rgba);
    expect(document.bits).toBe(16);

    const after = renderFine(document);
    let changed = 0;
    for (let i = 0; i < selection.length; i++) {
      const same = [0, 1, 2, 3].every((k) => after[4 * i + k] === before[4 * i + k]);
      if (selection[i] === 0) expect(same).toBe(true);
      else if (!same) changed++;
    }
    expect(changed).toBeGreaterThan(100);
  });

  it('has nothing said of it where it has 8', async () => {
    const { host, notices } = await openScene();
    await host.selection();
    expect(notices).toEqual([]);
  });
});

describe('copies that have the number of their original', () => {
  it('are told apart: each is exported, and gets a result of its own', async () => {
    const { host, hands, document, photopea } = await openPhotopea({ keptIds: true });
    const lower = await hands.addLayer('one', colourful(10, 8, 1), { x: 1, y: 2 });
    document.change(() => {
      const copy = {
        ...document.copyOf(hands.layer(lower), true),
        name: 'one copy',
        pixels: colourful(10, 8, 7),
        x: 20,
      };
      document.layers.unshift(copy);
      document.active = [copy.id];
    });
    const [upper] = await host.selection();
    expect(upper).toMatchObject({ name: 'one copy' });
    expect(upper!.id).not.toBe(lower);
    for (const [id, seed] of [
      [upper!.id, 7],
      [lower, 1],
    ] as const) {
      const exported = await host.exportPixels(id, 1, forever());
      expect((await decodePng(exported.png)).rgba).toEqual(colourful(10, 8, seed).rgba);
      const layer = (await host.find(id))!;
      const placed = await host.place(
        await resultOf(layer, exported.png, colourful(10, 8, 30 + seed), { name: `of ${seed}` }),
      );
      expect(hands.layer(placed.id)).toMatchObject({ name: `of ${seed}`, x: layer.transform[4] });
    }
    expect(outline(document.layers)).toBe('of 7 one copy of 1 one');
    expect(photopea.documents).toHaveLength(1);
  });
});

describe('several selected layers', () => {
  for (const traits of [{}, { lockedBackgrounds: true, oddBounds: true }]) {
    it(`stay selected while the selection is read and a result is kept: ${JSON.stringify(traits)}`, async () => {
      const scene = await openScene(traits);
      const { document, ids } = scene;
      selectSoftly(document);
      document.active = [ids[0]!, ids[1]!];
      await editInside(scene);
      expect(document.active).toEqual([ids[0], ids[1]]);
    });
  }
});

describe('a layer with a mask', () => {
  it('is exported as it shows with it', async () => {
    const { host, hands, document } = await openPhotopea();
    const id = await hands.addLayer('masked', colourful(20, 10, 3), { x: 6, y: 4 });
    const mask = new Uint8ClampedArray(document.width * document.height);
    for (let i = 0; i < mask.length; i++) mask[i] = i % document.width < 14 ? 255 : 0;
    hands.layer(id).mask = mask;
    const { rgba } = await decodePng((await host.exportPixels(id, 1, forever())).png);
    for (let i = 0; i < 200; i++) expect(rgba[4 * i + 3]).toBe(i % 20 < 8 ? 255 : 0);
  });
});

describe('a document', () => {
  it('is told from others of its name by its size, and by what its layers are called', async () => {
    const { host, hands, document, sourceId } = await openScene();
    const layer = (await host.find(sourceId))!;
    const text = await host.documentOf(layer);
    expect(text).not.toBeNull();
    hands.layer(sourceId).name = 'another';
    expect(await host.documentOf(layer)).toBeNull();
    hands.layer(sourceId).name = layer.name;
    expect(await host.documentOf(layer)).toBe(text);
    Object.assign(document, { width: document.width + 1 });
    expect(await host.documentOf(layer)).not.toBe(text);
    Object.assign(document, { width: document.width - 1, name: 'other' });
    expect(await host.documentOf(layer)).toBeNull();
  });
});

describe('the same document in another browser', () => {
  it('has the words of a result again, by its name, for it and for its source, and says where they are from', async () => {
    const scene = await openScene();
    const { host, sourceId, elsewhere, notices } = scene;
    const layer = (await host.find(sourceId))!;
    const exported = await host.exportPixels(sourceId, 1, forever());
    const placed = await host.place(await resultOf(layer, exported.png, colourful(24, 16, 9)));
    expect(readMemory(await host.recall(placed.id)).made).toBeDefined();
    expect(notices).toEqual([]);

    const other = elsewhere();
    for (const id of [placed.id, sourceId, placed.id]) {
      expect(readMemory(await other.recall(id))).toEqual({
        ...{ version: 1, history: [] },
        draft: { source: 'a dog', target: 'a tiger' },
      });
    }
    expect(notices).toEqual(Array(2).fill(expect.stringContaining('from the layer’s name')));
    await other.remember(placed.id, 'own');
    expect(await other.recall(placed.id)).toBe('own');
    expect(await other.recall(scene.hands.idOf(scene.ids[2]!))).toBeNull();
  });

  it('keeps what is known of a result whose long name was cut when the file was saved', async () => {
    const { host, hands, sourceId } = await openScene();
    const layer = (await host.find(sourceId))!;
    const exported = await host.exportPixels(sourceId, 1, forever());
    const name = `${'a dog '.repeat(30)}→ ${'a tiger '.repeat(30)}`;
    const placed = await host.place(await resultOf(layer, exported.png, colourful(24, 16, 9), { name }));
    hands.layer(placed.id).name = name.slice(0, 255);
    expect(readMemory(await host.recall(placed.id)).made).toBeDefined();
  });
});
