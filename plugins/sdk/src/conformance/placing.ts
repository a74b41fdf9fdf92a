/** @file A result on its way in. */

import type { EditorHost } from '../editorHost.ts';
import type { Layer, PlacedResult } from '../hostData.ts';
import { encodePng, type Pixels } from '../png.ts';
import { cornersOf, type HostUnderTest, type SeenLayer } from './hands.ts';
import { type Check, fails, pattern, promise, sameCorners, samePixels, wholeDocument } from './promise.ts';

/** Whatever a person may have typed. */
const ODD_NAME = `"It's" \\ </script><b>\u2028 \${x} \`ü\` 猫 🐈 a → b`;

export const placing: readonly Check[] = [
  {
    name: 'places a result directly above its source',
    run: async (editor) => {
      const { sandwich, source } = await threeLayers(editor);
      const placed = await editor.host.place(await result(source));
      const ids = (await editor.hands.look()).map(({ id }) => id);
      const expected = sandwich.toSpliced(1, 0, placed.id);
      promise(ids.join() === expected.join(), `The order should be ${expected}, and is ${ids}.`);
    },
  },
  {
    name: 'places a result exactly over its source',
    run: async (editor) => {
      const { source } = await threeLayers(editor);
      const { id } = await editor.host.place(await result(source));
      sameCorners((await seen(editor, id)).corners, (await seen(editor, source.id)).corners);
    },
  },
  {
    name: 'places a result of more pixels in the box of its source',
    run: async (editor) => {
      const { source } = await threeLayers(editor);
      const { id } = await editor.host.place(await result(source, pattern(32, 24, 8)));
      sameCorners((await seen(editor, id)).corners, (await seen(editor, source.id)).corners);
    },
  },
  {
    name: 'places the very pixels of the result',
    run: async (editor) => {
      const { source } = await threeLayers(editor);
      const pixels = pattern(source.width, source.height, 9, true);
      const { id } = await editor.host.place(await result(source, pixels));
      samePixels((await seen(editor, id)).pixels, pixels);
    },
  },
  {
    name: 'gives the result its name, whatever is in it',
    run: async (editor) => {
      const { source } = await threeLayers(editor);
      const { id, name } = await editor.host.place({ ...(await result(source)), name: ODD_NAME });
      promise(name === ODD_NAME, `The name should be ${ODD_NAME}, and is ${name}.`);
      promise((await seen(editor, id)).name === ODD_NAME, 'The editor should show the name as it is.');
    },
  },
  {
    name: 'leaves the source as it is',
    run: async (editor) => {
      const { source } = await threeLayers(editor);
      const before = await seen(editor, source.id);
      await editor.host.place(await result(source));
      const after = await seen(editor, source.id);
      samePixels(after.pixels, before.pixels);
      sameCorners(after.corners, before.corners);
      promise(after.name === before.name, 'The source should keep its name.');
    },
  },
  {
    name: 'takes a placed result back in one undo step',
    run: async (editor) => {
      const { source } = await threeLayers(editor);
      const before = await wholeDocument(editor);
      await editor.host.place(await result(source));
      await editor.hands.undo();
      promise((await wholeDocument(editor)) === before, 'One undo should leave the document as it was.');
    },
  },
  {
    name: 'places a result where its source lay, when that is gone',
    run: async (editor) => {
      const { source } = await threeLayers(editor);
      const { corners } = await seen(editor, source.id);
      await editor.hands.remove(source.id);
      const { id } = await editor.host.place(await result(source));
      sameCorners((await seen(editor, id)).corners, corners);
    },
  },
  {
    name: 'leaves the document as it was when a result cannot be placed',
    run: async (editor) => {
      const { source } = await threeLayers(editor);
      const before = await wholeDocument(editor);
      const damaged = { ...(await result(source)), png: new Uint8Array(64) };
      await fails(() => editor.host.place(damaged), 'EDITOR_FAILED');
      promise((await wholeDocument(editor)) === before, 'The document should be as it was.');
    },
  },
  {
    name: 'keeps the texts of a placed result with it and with its source',
    run: async (editor) => {
      const { source } = await threeLayers(editor);
      const { id } = await editor.host.place(await result(source));
      promise((await editor.host.recall(id)) === 'of the result', 'The result should have its memory.');
      promise(
        (await editor.host.recall(source.id)) === 'of the source',
        'The source should have its memory.',
      );
    },
  },
  {
    name: 'places several results at once, each directly above its source',
    run: together(async (editor, placeAll) => {
      const { sandwich, layers } = await threeLayers(editor);
      const [over, source, under] = layers;
      const results = [await result(under), await result(source), await result(over), await result(under)];
      const placed = (await placeAll(results)).map(({ id }) => id);
      const ids = (await editor.hands.look()).map(({ id }) => id);
      const [first, second, third, fourth] = placed;
      const expected = [third, sandwich[0], second, sandwich[1], first, fourth, sandwich[2]];
      promise(ids.join() === expected.join(), `The order should be ${expected}, and is ${ids}.`);
      for (const [i, { source }] of results.entries()) {
        sameCorners((await seen(editor, placed[i]!)).corners, cornersOf(source));
        promise((await editor.host.recall(placed[i]!)) === 'of the result', 'Each should have its memory.');
        promise((await editor.host.recall(source.id)) === 'of the source', 'Each source, too.');
      }
    }),
  },
  {
    name: 'takes several results that were placed at once back in one undo step',
    run: together(async (editor, placeAll) => {
      const { layers } = await threeLayers(editor);
      const before = await wholeDocument(editor);
      await placeAll(await Promise.all(layers.map((layer) => result(layer))));
      await editor.hands.undo();
      promise((await wholeDocument(editor)) === before, 'One undo should leave the document as it was.');
    }),
  },
  {
    name: 'places none of several results when one of them cannot be placed',
    run: together(async (editor, placeAll) => {
      const { layers, source } = await threeLayers(editor);
      const before = await wholeDocument(editor);
      const results = await Promise.all(layers.map((layer) => result(layer)));
      const damaged = { ...results[2]!, png: new Uint8Array(64) };
      await fails(() => placeAll([results[0]!, results[1]!, damaged]), 'EDITOR_FAILED');
      promise((await wholeDocument(editor)) === before, 'The document should be as it was.');
      promise((await editor.host.recall(source.id)) === null, 'Nothing should be noted with a source.');
    }),
  },
];

type PlaceAll = NonNullable<EditorHost['placeAll']>;

/** Of editors that can join steps. */
function together(run: (editor: HostUnderTest, placeAll: PlaceAll) => Promise<void>): Check['run'] {
  return async (editor) => {
    if (editor.host.placeAll !== undefined) await run(editor, (results) => editor.host.placeAll!(results));
  };
}

/** The source lies between two others, which makes its order and place count. */
async function threeLayers({ host, hands }: HostUnderTest): Promise<{
  /** The ids, the topmost first. */
  sandwich: string[];
  layers: readonly [over: Layer, source: Layer, under: Layer];
  source: Layer;
}> {
  const found = async (id: string) => {
    const layer = await host.find(id);
    promise(layer !== null, 'A layer should be found by its id.');
    return layer;
  };
  const under = await found(await hands.addLayer('under', pattern(50, 50, 1), { x: 0, y: 0 }));
  const source = await found(await hands.addLayer('source', pattern(16, 12, 2), { x: 13, y: 21 }));
  const over = await found(await hands.addLayer('over', pattern(20, 20, 3), { x: 5, y: 5 }));
  return { sandwich: [over.id, source.id, under.id], layers: [over, source, under], source };
}

async function result(source: Layer, pixels: Pixels = pattern(16, 12, 7)): Promise<PlacedResult> {
  return {
    ...{ source, width: pixels.width, height: pixels.height, name: 'a dog → a tiger' },
    png: await encodePng(pixels),
    ...{ memory: 'of the result', sourceMemory: 'of the source' },
  };
}

async function seen({ hands }: HostUnderTest, id: string): Promise<SeenLayer> {
  const layer = (await hands.look()).find((other) => other.id === id);
  promise(layer !== undefined, `The layer ${id} should be in the document.`);
  return layer;
}
