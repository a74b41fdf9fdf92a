/** What becomes of finished edits in the panel, and what it makes of their results when they are selected. */

import { EditOptions, InversionOptions, StyleOptions } from '@palimpsest/protocol';
import {
  type EditOrder,
  encodePng,
  type FinishedEdit,
  keepEdits,
  type Layer,
  type Order,
  readMemory,
} from '@palimpsest/sdk';
import type { HostUnderTest } from '@palimpsest/sdk/conformance';
import { type MemoryEditor, memoryHost } from '@palimpsest/sdk/memory';
import { signal } from '@preact/signals';
import { beforeEach, describe, expect, it } from 'vitest';
import { type EditEntry, Edits } from '../../plugins/panel/src/model/edits.ts';
import { commonOrder, subjectsOf } from '../../plugins/panel/src/model/subjects.ts';

const IMAGE = `sha256:${'a'.repeat(64)}`;
const grey = { width: 8, height: 4, rgba: new Uint8ClampedArray(8 * 4 * 4).fill(128) };
const order = (target: string): EditOrder => ({
  ...{ model: 'tiny', source: 'a dog', target, masking: 'none' },
  inversion: InversionOptions.parse({}),
  edit: EditOptions.parse({}),
});

let editor: HostUnderTest & { readonly hands: MemoryEditor };
let layers: readonly Layer[];
beforeEach(async () => {
  editor = await memoryHost();
  const ids = [];
  for (const name of ['dog', 'cat']) ids.push(await editor.hands.addLayer(name, grey, { x: 0, y: 0 }));
  layers = await Promise.all(ids.map(async (id) => (await editor.host.find(id))!));
});

async function finished(layer: Layer, made: Order, after = encodePng(grey)): Promise<FinishedEdit> {
  const recipe = { order: made, image: IMAGE, result: IMAGE, seconds: 1, madeAt: 1 };
  return { layer, recipe, before: await after, after: await after, width: 8, height: 4 };
}

const keep = (edits: readonly FinishedEdit[]) => keepEdits(editor.host, edits);
const selected = async (results: readonly Layer[]) =>
  Promise.all(
    results.map(async (layer) => ({ layer, memory: readMemory(await editor.host.recall(layer.id)) })),
  );

describe('finished edits', () => {
  const entryOf = (edit: FinishedEdit, key: number): EditEntry => ({
    ...{ key, layer: edit.layer, order: edit.recipe.order, pending: null, notices: signal([]) },
    ...{ stage: signal({ name: 'download' }), preview: signal(null), failure: signal(null) },
    ...{ finished: signal(edit), controller: new AbortController() },
  });
  let edits: Edits;
  let settled = 0;
  const wait = async (...waiting: FinishedEdit[]) => {
    settled = 0;
    edits = new Edits(editor.host, async () => {
      settled++;
    });
    edits.entries.value = waiting.map(entryOf);
  };

  it('are kept at once, in one undo step, and once, however often the button is pressed', async () => {
    await wait(await finished(layers[0]!, order('a tiger')), await finished(layers[1]!, order('a tiger')));
    await Promise.all([edits.keep(edits.entries.value), edits.keep(edits.entries.value)]);
    expect(await editor.hands.look()).toHaveLength(4);
    expect(edits.entries.value).toEqual([]);
    expect(settled).toBe(1);
    await editor.hands.undo();
    expect(await editor.hands.look()).toHaveLength(2);
  });

  it('still wait when one of them cannot be placed, and can be kept without it', async () => {
    const damaged = Promise.resolve(new Uint8Array(64));
    await wait(
      await finished(layers[0]!, order('a tiger')),
      await finished(layers[1]!, order('a tiger'), damaged),
    );
    await edits.keep(edits.entries.value);
    expect(edits.entries.value).toHaveLength(2);
    expect(await editor.hands.look()).toHaveLength(2);
    expect(editor.hands.notices).toEqual(['The result cannot be read. Make the edit again.']);
    await edits.keep(edits.entries.value.slice(0, 1));
    expect(edits.entries.value).toHaveLength(1);
    expect(await editor.hands.look()).toHaveLength(3);
  });
});

describe('selected results', () => {
  it('are edited from what they were made from, each once', async () => {
    const [dog, cat] = layers as [Layer, Layer];
    const results = await keep([
      await finished(dog, order('a tiger')),
      await finished(dog, order('a lion')),
      await finished(cat, order('a lion')),
    ]);
    const subjects = await subjectsOf(editor.host, await selected([...results, dog]));
    expect(subjects).toEqual([dog, cat]);
  });

  it('are opened by their recipe where they have the same', async () => {
    const [dog, cat] = layers as [Layer, Layer];
    const [one, two, three] = await keep([
      await finished(dog, order('a tiger')),
      await finished(cat, order('a tiger')),
      await finished(cat, order('a lion')),
    ]);
    expect(commonOrder(await selected([one!]))).toEqual(order('a tiger'));
    expect(commonOrder(await selected([one!, two!]))).toEqual(order('a tiger'));
    expect(commonOrder(await selected([one!, three!]))).toBeNull();
    expect(commonOrder(await selected([dog, one!]))).toBeNull();
    expect(commonOrder(await selected([]))).toBeNull();
  });

  it('of a style transfer are edited from both layers, and from the content alone where the style is gone', async () => {
    const [dog, cat] = layers as [Layer, Layer];
    const { edit: _, masking: __, target: ___, ...rest } = order('');
    const style = { id: cat.id, name: cat.name };
    const made = { ...rest, style, styleSource: 'a painting', options: StyleOptions.parse({}) };
    const results = await keep([await finished(dog, made)]);
    expect(await subjectsOf(editor.host, await selected(results))).toEqual([dog, cat]);
    // Of several selected layers none is edited that is not among them.
    expect(await subjectsOf(editor.host, await selected([...results, dog]))).toEqual([dog]);
    await editor.hands.remove(cat.id);
    expect(await subjectsOf(editor.host, await selected(results))).toEqual([dog]);
  });
});
