/** What the host in Photopea does beyond the contract, and where it says no. */

import { decodePng } from '@palimpsest/sdk';
import { describe, expect, it } from 'vitest';
import { FakeDocument } from './fake/fakeDocument.ts';
import { openPhotopea } from './fake/hands.ts';
import { render } from './fake/render.ts';
import { blended, colourful, editInside, forever, openScene, resultOf, selectSoftly } from './scene.ts';

const INSIDE = { masking: 'selection' } as const;

describe('a result inside a soft selection', () => {
  it('looks as the daemon made it, and leaves what is outside bit for bit', async () => {
    const scene = await openScene();
    selectSoftly(scene.document);
    // Nothing lies over it, so that the document shows it as it is.
    await scene.hands.remove(scene.hands.idOf(scene.ids[0]!));
    const before = render(scene.document);
    const { result, grey } = await editInside(scene);
    const after = render(scene.document);
    const { source } = scene;
    const inside = new Set<number>();
    for (let i = 0; i < grey.width * grey.height; i++) {
      const at = (Math.floor(i / grey.width) + source.y) * after.width + (i % grey.width) + source.x;
      if (grey.rgba[4 * i]! > 0) inside.add(at);
      for (let k = 0; k < 3; k++) {
        expect(Math.abs(after.rgba[4 * at + k]! - result.rgba[4 * i + k]!)).toBeLessThanOrEqual(1);
      }
    }
    expect(inside.size).toBeGreaterThan(100);
    for (let at = 0; at < after.width * after.height; at++) {
      if (inside.has(at)) continue;
      expect(after.rgba.subarray(4 * at, 4 * at + 4)).toEqual(before.rgba.subarray(4 * at, 4 * at + 4));
    }
  });

  it('gets no mask where the selection was another one by the time of the edit', async () => {
    const scene = await openScene();
    const { host, hands, document, sourceId } = scene;
    selectSoftly(document);
    const exported = await host.exportPixels(sourceId, 1, forever());
    await host.mask(sourceId, exported, forever());
    const layer = (await host.find(sourceId))!;
    // It differs everywhere, which that selection does not allow.
    const result = colourful(exported.width, exported.height, 77);
    const placed = await host.place(await resultOf(layer, exported.png, result, { masking: 'selection' }));
    expect(hands.layer(placed.id).mask).toBeNull();
    expect(hands.layer(placed.id).pixels.rgba).toEqual(result.rgba);
  });
});

describe('several edits inside the selection', () => {
  it('of several layers get a mask each, whatever is exported in between', async () => {
    const scene = await openScene();
    const { host, hands, document, ids } = scene;
    const selection = selectSoftly(document);
    const sources = ids.slice(0, 2).map((id) => hands.idOf(id));
    // As the panel does: all begin at once, and what is selected is shown small meanwhile.
    const exported = await Promise.all(sources.map((id) => host.exportPixels(id, 1, forever())));
    await host.exportPixels(sources[0]!, 0.5, forever());
    const masks = await Promise.all(sources.map((id, i) => host.mask(id, exported[i]!, forever())));
    for (const [i, id] of sources.entries()) {
      const [before, grey] = [await decodePng(exported[i]!.png), await decodePng(masks[i]!)];
      const result = blended(before, colourful(before.width, before.height, 77), grey);
      const layer = (await host.find(id))!;
      const { png } = exported[i]!;
      const placed = hands.layer((await host.place(await resultOf(layer, png, result, INSIDE))).id);
      const source = hands.layer(id);
      for (let x = source.x; x < source.x + source.pixels.width; x++) {
        const at = (source.y + 3) * document.width + x;
        expect(placed.mask?.[at]).toBe(selection[at]);
      }
    }
  });

  it('of one layer in different places get the mask of their place, also where they are kept later', async () => {
    const scene = await openScene();
    const { host, hands, document, source, sourceId } = scene;
    const layer = (await host.find(sourceId))!;
    const columns = [
      [15, 20],
      [24, 30],
    ] as const;
    const results = [];
    for (const [left, right] of columns) {
      const selection = new Uint8ClampedArray(document.width * document.height);
      for (let i = 0; i < selection.length; i++) {
        const x = i % document.width;
        selection[i] = x >= left && x < right ? 255 : 0;
      }
      document.change(() => {
        document.selection = selection;
      });
      const exported = await host.exportPixels(sourceId, 1, forever());
      const grey = await decodePng((await host.mask(sourceId, exported, forever()))!);
      const before = await decodePng(exported.png);
      const result = blended(before, colourful(before.width, before.height, 77), grey);
      results.push(await resultOf(layer, exported.png, result, INSIDE));
    }
    for (const [i, [left, right]] of columns.entries()) {
      const { mask } = hands.layer((await host.place(results[i]!)).id);
      const row = (source.y + 3) * document.width;
      const shown = Array.from({ length: 40 }, (_, x) => x).filter((x) => mask?.[row + x] === 255);
      expect(shown).toEqual(Array.from({ length: right - left }, (_, x) => left + x));
    }
  });
});

describe('a layer that is too large to be edited at its size', () => {
  it('is exported smaller, and the result and its mask are put over it at its own size', async () => {
    const scene = await openScene();
    const { host, hands, document, source, sourceId } = scene;
    const selection = selectSoftly(document);
    const layer = (await host.find(sourceId))!;
    const exported = await host.exportPixels(sourceId, 0.5, forever());
    expect(exported).toMatchObject({ width: source.pixels.width / 2, height: source.pixels.height / 2 });
    const grey = await decodePng((await host.mask(sourceId, exported, forever()))!);
    const before = await decodePng(exported.png);
    const result = blended(before, colourful(before.width, before.height, 77), grey);
    const placed = await host.place(await resultOf(layer, exported.png, result, { masking: 'selection' }));
    const made = hands.layer(placed.id);
    expect(made).toMatchObject({ x: source.x, y: source.y });
    expect(made.pixels).toMatchObject({ width: source.pixels.width, height: source.pixels.height });
    for (let x = source.x; x < source.x + source.pixels.width; x++) {
      const at = (source.y + 3) * document.width + x;
      expect(Math.abs(made.mask![at]! - selection[at]!)).toBeLessThan(40);
    }
  });
});

describe('exporting', () => {
  it('gives what a text, a shape or a smart object shows, with its alpha, also where it reaches beyond the canvas', async () => {
    for (const sort of ['TEXT', 'SMARTOBJECT', 'SOLIDFILL'] as const) {
      const { host, hands, document } = await openPhotopea();
      const pixels = colourful(30, 20, 5, 130);
      const id = await hands.addLayer('beyond', pixels, { x: -10, y: document.height - 8 });
      Object.assign(hands.layer(id), { sort, opacity: 40, visible: false, blendMode: 'multiply' });
      expect(await host.find(id)).toMatchObject({
        width: 30,
        height: 20,
        transform: [1, 0, 0, 1, -10, document.height - 8],
      });
      const exported = await decodePng((await host.exportPixels(id, 1, forever())).png);
      expect(exported.rgba).toEqual(pixels.rgba);
    }
  });

  it('says what to do where a layer has no pixels', async () => {
    const { host, hands } = await openPhotopea();
    const sorts = {
      ...{ GROUP: 'folder', CURVES: 'adjustment layer', NORMAL: 'This layer is empty' },
      SELECTIVECOLOR: 'changes the layers below it',
    } as const;
    for (const [sort, words] of Object.entries(sorts)) {
      const pixels = colourful(4, 4, 1, sort === 'GROUP' || sort === 'CURVES' ? 255 : 0);
      const id = await hands.addLayer(sort, pixels, { x: 0, y: 0 });
      Object.assign(hands.layer(id), { sort });
      await hands.select([id]);
      expect(await host.selection()).toMatchObject([{ id, name: sort }]);
      const failure = await host.exportPixels(id, 1, forever()).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'HostError', code: 'LAYER_UNSUITABLE' });
      expect(String(failure)).toContain(words);
    }
  });

  it('clips the result as its source is, in the same step', async () => {
    const { host, hands, document } = await openPhotopea();
    await hands.addLayer('base', colourful(8, 8, 1), { x: 0, y: 0 });
    const id = await hands.addLayer('clipped', colourful(8, 8, 2), { x: 2, y: 0 });
    hands.layer(id).grouped = true;
    const { steps } = document;
    const exported = await host.exportPixels(id, 1, forever());
    const placed = await host.place(await resultOf((await host.find(id))!, exported.png, colourful(8, 8, 9)));
    expect(hands.layer(placed.id).grouped).toBe(true);
    expect(document.steps).toBe(steps + 1);
  });

  it('finds and edits layers in folders, and puts the result there, too', async () => {
    const { host, hands, document } = await openPhotopea();
    const group = document.newLayer('folder');
    group.sort = 'GROUP';
    const inner = [
      document.newLayer('upper', colourful(8, 8, 1)),
      document.newLayer('lower', colourful(8, 8, 2)),
    ];
    group.layers.push(...inner);
    document.layers.push(group);
    const lower = hands.idOf(inner[1]!.id);
    const layer = (await host.find(lower))!;
    const exported = await host.exportPixels(lower, 1, forever());
    const placed = await host.place(await resultOf(layer, exported.png, colourful(8, 8, 9)));
    const names = document.all().map(({ name }) => name);
    expect(names).toEqual(['folder', 'upper', placed.name, 'lower']);
  });

  it('keeps apart documents of the same name', async () => {
    const { host, hands, photopea, document } = await openPhotopea();
    await hands.addLayer('first', colourful(8, 8, 1), { x: 0, y: 0 });
    const twin = photopea.add(new FakeDocument(document.name, 40, 40, document.source));
    twin.layers.push(twin.newLayer('second', colourful(9, 9, 2)));
    twin.active = [1];
    const [layer] = await host.selection();
    expect(layer).toMatchObject({ name: 'second', width: 9 });
    const exported = await decodePng((await host.exportPixels(layer!.id, 1, forever())).png);
    expect(exported.rgba).toEqual(colourful(9, 9, 2).rgba);
    expect(photopea.activeDocument).toBe(twin);
  });
});

describe('a document that is closed', () => {
  it('while its layer is exported makes the export fail with LAYER_GONE, and leaves the others', async () => {
    const { host, photopea, document, sourceId } = await openScene();
    const other = photopea.add(new FakeDocument('Other.psd', 20, 20));
    other.layers.push(other.newLayer('other', colourful(4, 4, 1)));
    photopea.before = (script) => {
      if (script.includes('copyAlone') && photopea.documents.includes(document)) photopea.close(document);
    };
    const failure = await host.exportPixels(sourceId, 1, forever()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'HostError', code: 'LAYER_GONE' });
    expect(photopea.documents).toEqual([other]);
  });

  it('while its result is placed makes that fail with a sentence, and leaves nothing', async () => {
    for (const moment of ['bring(', 'put();']) {
      const { host, photopea, document, sourceId } = await openScene();
      const layer = (await host.find(sourceId))!;
      const exported = await host.exportPixels(sourceId, 1, forever());
      photopea.before = (script) => {
        if (script.includes(moment) && photopea.documents.includes(document)) photopea.close(document);
      };
      const failure = await host
        .place(await resultOf(layer, exported.png, colourful(exported.width, exported.height, 9)))
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'EDITOR_FAILED' });
      expect(String(failure)).toContain('If its document was closed, open it again');
      expect(photopea.documents).toEqual([]);
    }
  });

  it('has no layers to show, and that is told', async () => {
    const { host, photopea, document } = await openScene();
    expect(await host.selection()).toHaveLength(1);
    let told = 0;
    const off = host.on('selection', () => told++);
    photopea.close(document);
    await expect.poll(() => told).toBeGreaterThan(0);
    off();
    expect(await host.selection()).toEqual([]);
  });
});

describe('Photopea that does not answer', () => {
  it('is told about once, and the panel shows nothing selected', async () => {
    const { host, photopea, notices } = await openScene();
    photopea.receive = () => {};
    expect(await host.selection()).toEqual([]);
    expect(notices.join()).toContain('Photopea does not answer');
  });
});

describe('a selection that could not be followed', () => {
  it.each([
    ['look at', 'chosenLayers(d)', ''],
    ['read', 'see(d, [l])', 'failed'],
  ])('is told again when Photopea did not let the panel %s it', async (_, part, first) => {
    const { host, photopea, hands, ids } = await openScene();
    const followed: string[] = [];
    let isFollowing = false;
    // As the panel does, which reads what is kept with each layer.
    const off = host.on('selection', async () => {
      isFollowing = true;
      try {
        const layers = await host.selection();
        for (const { id } of layers) await host.recall(id);
        followed.push(layers.map(({ name }) => name).join());
      } catch {
        followed.push('failed');
      }
      isFollowing = false;
    });
    await expect.poll(() => followed).toEqual(['source']);
    let failures = 1;
    photopea.before = (script) => {
      if (isFollowing && script.includes(part) && failures-- > 0) throw new Error('no answer');
    };
    await hands.select([hands.idOf(ids[0]!)]);
    await expect.poll(() => followed, { timeout: 15_000 }).toEqual(['source', first, 'over']);
    off();
  });

  it('is told a few times at most', async () => {
    const { host, photopea } = await openScene();
    let told = 0;
    const off = host.on('selection', () => {
      told++;
      throw new Error('it cannot be followed');
    });
    await expect.poll(() => told).toBe(4);
    const { length } = photopea.scripts;
    await expect.poll(() => photopea.scripts.length).toBeGreaterThan(length + 3);
    expect(told).toBe(4);
    off();
  });
});

describe('work at the same time', () => {
  it('is done one after another: no answer is taken for that of another', async () => {
    const { host, hands, photopea } = await openPhotopea({
      mixedAnswers: true,
      strayDone: true,
      lateFiles: true,
    });
    const sizes = [5, 9, 12, 7, 20, 3];
    const ids = await Promise.all(
      sizes.map((size) => hands.addLayer(`${size}`, colourful(size, size, size), { x: size, y: 0 })),
    );
    const exported = await Promise.all(ids.map((id) => host.exportPixels(id, 1, forever())));
    const found = await Promise.all(ids.map((id) => host.find(id)));
    expect(exported.map(({ width }) => width)).toEqual(sizes);
    expect(found.map((layer) => layer?.name)).toEqual(sizes.map(String));
    for (const [i, { png }] of exported.entries()) {
      expect((await decodePng(png)).rgba).toEqual(colourful(sizes[i]!, sizes[i]!, sizes[i]!).rgba);
    }
    expect(photopea.documents).toHaveLength(1);
  });

  it('stops before Photopea is asked where it was cancelled in the queue', async () => {
    const { host, photopea, sourceId } = await openScene();
    const first = host.exportPixels(sourceId, 1, forever());
    const stop = new AbortController();
    const second = host.exportPixels(sourceId, 1, stop.signal);
    stop.abort(new Error('stopped'));
    await first;
    await expect(second).rejects.toThrow('stopped');
    expect(photopea.scripts.filter((script) => script.includes('args.scale'))).toHaveLength(1);
  });
});
