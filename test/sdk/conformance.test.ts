/** The conformance suite passes on the host in memory, and each of its checks fails on a host that breaks its promise. */

import { HostError, type PlacedResult } from '@palimpsest/sdk';
import { BrokenPromise, conformance, type HostUnderTest } from '@palimpsest/sdk/conformance';
import { MemoryEditor, MemoryHost, memoryHost } from '@palimpsest/sdk/memory';
import { describe, expect, it } from 'vitest';

describe('the host in memory', () => {
  for (const { name, run } of conformance(memoryHost)) it(name, run);
});

type Break = (host: MemoryHost, editor: MemoryEditor) => void;

const replace =
  <K extends keyof MemoryHost>(
    method: K,
    make: (right: MemoryHost, editor: MemoryEditor) => MemoryHost[K],
  ): Break =>
  (host, editor) => {
    host[method] = make(new MemoryHost(editor), editor);
  };

const placed = (change: (result: PlacedResult, editor: MemoryEditor) => PlacedResult): Break =>
  replace('place', (right, editor) => (result) => right.place(change(result, editor)));

/** For each check, a host that does everything right but what the check is about. */
const BREAKS: Readonly<Record<string, Break>> = {
  'has no layer where none is selected': replace('selection', (right, editor) => async () => {
    const selected = await right.selection();
    return selected.length > 0 ? selected : [(await right.find(editor.layers[0]!.id))!];
  }),
  'lists the selected layers, the topmost first': replace(
    'selection',
    (right) => async () => (await right.selection()).toReversed(),
  ),
  'tells name, size and place of a layer': replace(
    'selection',
    (right) => async () =>
      (await right.selection()).map((layer) => ({ ...layer, transform: [1, 0, 0, 1, 0, 0] })),
  ),
  'finds a layer by its id': replace('find', () => async () => null),
  'finds no layer that is gone': replace('find', (_, editor) => {
    const seen = new Map(editor.layers.map((layer) => [layer.id, layer]));
    return async (id) => {
      for (const layer of editor.layers) seen.set(layer.id, layer);
      return seen.get(id) ?? { ...seen.values().next().value!, id };
    };
  }),
  'tells when another layer is selected': replace('on', () => () => () => {}),
  'stops telling when it is asked to': replace('on', (right) => (event, listener) => {
    right.on(event, listener);
    return () => {};
  }),
  'knows the colours of the interface, and tells when they change': replace(
    'colourScheme',
    () => () => 'light',
  ),
  'tells when something is marked, also before anybody listened, and when nothing is any more': replace(
    'on',
    (right) => (event, listener) => (event === 'unmask' ? () => {} : right.on(event, listener)),
  ),
  'exports the pixels of a layer as they are': replace(
    'exportPixels',
    (right) => async (id, scale, signal) => {
      const exported = await right.exportPixels(id, scale, signal);
      const lossy = await right.exportPixels(id, scale / 2, signal);
      return { ...exported, png: lossy.png };
    },
  ),
  'exports a layer without what lies over and under it': replace(
    'exportPixels',
    (right, editor) => (id, scale, signal) =>
      right.exportPixels(editor.layers.length > 2 ? editor.layers[0]!.id : id, scale, signal),
  ),
  'exports at the scale that it is asked for, and says the size': replace(
    'exportPixels',
    (right) => (id, scale, signal) => right.exportPixels(id, Math.max(scale, 0.5), signal),
  ),
  'changes nothing by an export, for undo neither': replace(
    'exportPixels',
    (right, editor) => async (id, scale, signal) => {
      const { pixels } = editor.layers.find((layer) => layer.id === id)!;
      await editor.remove(await editor.addLayer('scratch', pixels, { x: 0, y: 0 }));
      return right.exportPixels(id, scale, signal);
    },
  ),
  'refuses to export a layer that is gone': replace('exportPixels', () => async () => {
    throw new HostError('EDITOR_FAILED', 'Something failed. Try again.');
  }),
  'stops an export that was cancelled': replace(
    'exportPixels',
    (right) => (id, scale) => right.exportPixels(id, scale, new AbortController().signal),
  ),
  'has no mask where nothing is selected': replace('mask', (right, editor) => async (id, size) => {
    const whole = { id, area: { x: 0, y: 0, width: 1e6, height: 1e6 } };
    editor.area ??= whole;
    return right.mask(id, size);
  }),
  'gives the selection as a mask, white where the picture may change, of the size that it is asked for':
    replace('mask', (right, editor) => async (id, size) => {
      if (editor.area === null) return null;
      editor.area = { id, area: { x: 0, y: 0, width: 1e6, height: 1e6 } };
      return right.mask(id, size);
    }),
  'places a result directly above its source': replace('place', (right, editor) => async (result) => {
    const made = await right.place(result);
    const top = editor.layers.find(({ id }) => id === made.id)!;
    editor.layers = [top, ...editor.layers.filter((layer) => layer !== top)];
    return made;
  }),
  'places a result exactly over its source': replace('place', (right, editor) => async (result) => {
    const made = await right.place(result);
    editor.layers = editor.layers.map((layer) =>
      layer.id === made.id ? { ...layer, transform: [1, 0, 0, 1, 0.5, 0.5] } : layer,
    );
    return made;
  }),
  'places a result of more pixels in the box of its source': replace(
    'place',
    (right, editor) => async (result) => {
      const made = await right.place(result);
      editor.layers = editor.layers.map((layer) =>
        layer.id === made.id ? { ...layer, width: layer.pixels.width, height: layer.pixels.height } : layer,
      );
      return made;
    },
  ),
  'places the very pixels of the result': replace('place', (right, editor) => async (result) => {
    const made = await right.place(result);
    editor.layers = editor.layers.map((layer) =>
      layer.id === made.id
        ? { ...layer, pixels: { ...layer.pixels, rgba: layer.pixels.rgba.map((value) => value ^ 1) } }
        : layer,
    );
    return made;
  }),
  'gives the result its name, whatever is in it': placed((result) => ({
    ...result,
    name: result.name.replace(/[^\w ]/g, ''),
  })),
  'leaves the source as it is': replace('place', (right, editor) => async (result) => {
    const made = await right.place(result);
    editor.layers = editor.layers.map((layer) =>
      layer.id === result.source.id ? { ...layer, name: 'edited' } : layer,
    );
    return made;
  }),
  'takes a placed result back in one undo step': replace('place', (right, editor) => async (result) => {
    const made = await right.place(result);
    await editor.remove(await editor.addLayer('scratch', editor.layers[0]!.pixels, { x: 0, y: 0 }));
    return made;
  }),
  'places a result where its source lay, when that is gone': placed((result, editor) =>
    editor.layers.some(({ id }) => id === result.source.id)
      ? result
      : { ...result, source: { ...result.source, transform: [1, 0, 0, 1, 0, 0] } },
  ),
  'leaves the document as it was when a result cannot be placed': replace(
    'place',
    (right, editor) => async (result) => {
      await editor.addLayer('scratch', editor.layers[0]!.pixels, { x: 0, y: 0 });
      return right.place(result);
    },
  ),
  'keeps the texts of a placed result with it and with its source': placed((result) => ({
    ...result,
    sourceMemory: result.memory,
  })),
  'places several results at once, each directly above its source': replace(
    'placeAll',
    (right) => async (results) => (await right.placeAll(results.toReversed())).toReversed(),
  ),
  'takes several results that were placed at once back in one undo step': replace(
    'placeAll',
    (right) => async (results) => {
      const made = [];
      for (const result of results) made.push(await right.place(result));
      return made;
    },
  ),
  'places none of several results when one of them cannot be placed': replace(
    'placeAll',
    (right) => async (results) => {
      const made = await right.placeAll(results.slice(0, -1));
      return [...made, ...(await right.placeAll(results.slice(-1)))];
    },
  ),
  'remembers nothing with a new layer': replace(
    'recall',
    (right) => async (id) => (await right.recall(id)) ?? '',
  ),
  'remembers the last text with each layer, whatever is in it': replace(
    'remember',
    (right) => (id, text) => right.remember(id, text.slice(0, 1000)),
  ),
  'remembers without an undo step of its own': replace('remember', (right, editor) => async (id, text) => {
    await editor.remove(await editor.addLayer('scratch', editor.layers[0]!.pixels, { x: 0, y: 0 }));
    return right.remember(id, text);
  }),
  'refuses to remember with a layer that is gone': replace(
    'remember',
    (right) => (id, text) => right.remember(id, text).catch(() => {}),
  ),
  'remembers when the panel was closed': (_, editor) => {
    const right = editor.reopen.bind(editor);
    editor.reopen = () => {
      editor.memories.clear();
      return right();
    };
  },
  'tells the document of a layer when the panel was closed, and when the layer is gone': replace(
    'documentOf',
    (right, editor) => async (layer, mark) =>
      `${await right.documentOf(layer, mark)} ${editor.layers.length}`,
  ),
  'keeps settings when the panel was closed': (_, editor) => {
    const right = editor.reopen.bind(editor);
    editor.reopen = () => {
      editor.settings.clear();
      return right();
    };
  },
  'forgets a setting': replace('writeSetting', (right) => async (name, value) => {
    if (value !== null) await right.writeSetting(name, value);
  }),
  'keeps settings out of the document': replace('writeSetting', (right, editor) => async (_, value) => {
    await right.remember(editor.layers[0]!.id, value ?? '');
  }),
};

describe('the conformance suite', () => {
  const names = [...conformance(memoryHost)].map(({ name }) => name);

  it('has a host for each promise that breaks it', () => {
    expect(Object.keys(BREAKS)).toEqual(names);
  });

  it.each(Object.entries(BREAKS))('fails on a host that does not keep: %s', async (name, breakIt) => {
    const open = async (): Promise<HostUnderTest> => {
      const editor = new MemoryEditor();
      const host = new MemoryHost(editor);
      breakIt(host, editor);
      return { host, hands: editor, close: async () => {} };
    };
    const check = [...conformance(open)].find((other) => other.name === name)!;
    await expect(check.run()).rejects.toThrow(BrokenPromise);
  });
});
