/** What the host does beyond the contract, and what Figma's own rules make of it. */

import { EditOptions, hashPicture, InversionOptions } from '@palimpsest/protocol';
import { decodePng, encodePng, keepEdits, type Layer, type Pixels, readMemory } from '@palimpsest/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { subjectsOf } from '../../plugins/panel/src/model/subjects.ts';
import { type FigmaUnderTest, openHost, until } from './openHost.ts';

let figma: FigmaUnderTest;
beforeEach(async () => {
  figma = await openHost();
});
afterEach(() => figma.close());

const forever = () => new AbortController().signal;
/** Its red counts the columns. */
const columns = (width: number, height: number): Pixels => {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) rgba.set([i % width, 7, 9, 255], i * 4);
  return { width, height, rgba };
};
const addPhoto = (width = 40, height = 20): Promise<string> =>
  figma.hands.addLayer('photo', columns(width, height), { x: 10, y: 10 });
const set = (id: string, property: string, value: unknown) => figma.vm.call('set', id, property, value);
const fillOf = async (id: string): Promise<object> => {
  const { values } = await figma.vm.call<{ values: { fills: object[] } }>('inspect', id);
  return values.fills[0]!;
};
async function place(source: Layer, pixels = columns(40, 20)): Promise<Layer> {
  const { width, height } = pixels;
  return figma.host.place({
    ...{ source, png: await encodePng(pixels), width, height },
    ...{ name: 'a → b', memory: 'of the result', sourceMemory: 'of the source' },
  });
}
const redsOf = async (png: Uint8Array<ArrayBuffer>): Promise<number[]> => {
  const { width, rgba } = await decodePng(png);
  return Array.from({ length: width }, (_, x) => rgba[x * 4]!);
};

describe('pixels', () => {
  it("are the image's own where a rectangle shows one, cut to what it shows", async () => {
    const id = await addPhoto();
    // Half as wide: the middle of the image shows.
    await set(id, 'width', 20);
    const layer = await figma.host.find(id);
    expect(layer?.naturalScale).toBe(1);
    const { png } = await figma.host.exportPixels(id, 1, forever());
    expect(await redsOf(png)).toEqual(Array.from({ length: 20 }, (_, i) => i + 10));
  });

  it('are those of a crop', async () => {
    const id = await addPhoto();
    const imageTransform = [
      [0.25, 0, 0.5],
      [0, 0.25, 0],
    ];
    await set(id, 'fills', [{ ...(await fillOf(id)), scaleMode: 'CROP', imageTransform }]);
    const layer = await figma.host.find(id);
    expect(layer?.naturalScale).toBeCloseTo(0.25);
    const { png } = await figma.host.exportPixels(id, 0.25, forever());
    expect(await redsOf(png)).toEqual(Array.from({ length: 10 }, (_, i) => i + 20));
  });

  it.each([
    ['a stroke', 'strokes', [{ type: 'SOLID', color: { r: 0, g: 0, b: 0 } }]],
    ['a blur', 'effects', [{ type: 'LAYER_BLUR', visible: true, radius: 4 }]],
  ])('are drawn where there is %s', async (_, property, value) => {
    const id = await addPhoto();
    await set(id, property, value);
    expect((await figma.host.find(id))?.naturalScale).toBeNull();
    const { width } = await figma.host.exportPixels(id, 2, forever());
    expect(width).toBe(80);
  });

  it.each([
    ['see-through', 'opacity', 0.5],
    ['blended', 'blendMode', 'MULTIPLY'],
  ])("are the image's own where it is %s, and the result is so as well", async (_, property, value) => {
    const id = await addPhoto();
    await set(id, property, value);
    const layer = await figma.host.find(id);
    expect(layer?.naturalScale).toBe(1);
    const { png } = await figma.host.exportPixels(id, 1, forever());
    expect(await decodePng(png)).toEqual(columns(40, 20));
    const { values } = await figma.vm.call<{ values: object }>('inspect', (await place(layer!)).id);
    expect(values).toMatchObject({ [property]: value });
  });

  it('are without the opacity of what is drawn', async () => {
    const id = await addPhoto();
    await set(id, 'opacity', 0.3);
    await set(id, 'strokes', [{ type: 'SOLID', color: { r: 0, g: 0, b: 0 } }]);
    expect((await figma.host.find(id))?.naturalScale).toBeNull();
    const { rgba } = await decodePng((await figma.host.exportPixels(id, 1, forever())).png);
    expect(new Set(rgba.filter((_, i) => i % 4 === 3))).toEqual(new Set([255]));
  });

  it('are not there for a layer that nobody can see', async () => {
    const id = await addPhoto();
    await set(id, 'opacity', 0);
    await expect(figma.host.exportPixels(id, 1, forever())).rejects.toMatchObject({
      code: 'LAYER_UNSUITABLE',
      message: expect.stringContaining('opacity of 0 %'),
    });
  });

  it('are not there for a hidden layer', async () => {
    const id = await addPhoto();
    await set(id, 'visible', false);
    await expect(figma.host.exportPixels(id, 1, forever())).rejects.toMatchObject({
      code: 'LAYER_UNSUITABLE',
      message: expect.stringContaining('hidden'),
    });
  });

  it('are not there where nothing is drawn', async () => {
    const id = await addPhoto();
    await set(id, 'fills', []);
    await expect(figma.host.exportPixels(id, 1, forever())).rejects.toMatchObject({
      code: 'LAYER_UNSUITABLE',
    });
  });
});

describe('a result', () => {
  it('takes the place of its source among several that are selected', async () => {
    const [one, two] = [await addPhoto(), await addPhoto()];
    await figma.hands.select([one, two]);
    const layers = await figma.host.selection();
    const placed = [];
    for (const layer of layers) placed.push((await place(layer)).id);
    expect(await figma.vm.call('selected')).toEqual(placed);
  });

  it('is made smaller, with a notice, where Figma could not take it', async () => {
    const layer = await figma.host.find(await addPhoto());
    const { id } = await place(layer!, columns(5000, 2500));
    const seen = await figma.vm.call<{ png: Uint8Array<ArrayBuffer> }>('see', id);
    expect(await decodePng(seen.png)).toMatchObject({ width: 4096, height: 2048 });
    expect(figma.vm.told).toContainEqual({
      kind: 'notify',
      detail: { message: 'Figma takes images of up to 4096 px. The result was made smaller.', error: false },
    });
  });

  it('fills its box without a cut where rounding has changed the proportions', async () => {
    const id = await addPhoto();
    await set(id, 'height', 1.3);
    const placed = await place((await figma.host.find(id))!, columns(40, 1));
    expect(await fillOf(placed.id)).toMatchObject({ scaleMode: 'CROP' });
  });

  it('says what to do when Figma refuses it, and leaves nothing behind', async () => {
    const layer = await figma.host.find(await addPhoto());
    const before = await figma.vm.call('documentWithout');
    const webp = new TextEncoder().encode('RIFF....WEBPVP8 and more than a header of bytes');
    const result = {
      source: layer!,
      png: webp,
      width: 4,
      height: 4,
      name: 'x',
      memory: '',
      sourceMemory: '',
    };
    await expect(figma.host.place(result)).rejects.toMatchObject({
      code: 'EDITOR_FAILED',
      message: expect.stringContaining('Check that you may edit this file'),
    });
    expect(await figma.vm.call('documentWithout')).toBe(before);
  });

  it('stays away when Figma refuses another one of several in the middle of its work', async () => {
    const layers = [];
    for (let i = 0; i < 2; i++) layers.push((await figma.host.find(await addPhoto()))!);
    await figma.hands.select(layers.map(({ id }) => id));
    const before = await figma.vm.call('documentWithout');
    const png = await encodePng(columns(40, 20));
    // More than plugin data can hold.
    const memories = ['fits', '猫'.repeat(40_000)];
    const work = figma.host.placeAll(
      layers.map((source, i) => ({
        ...{ source, png, width: 40, height: 20, name: 'a → b' },
        ...{ memory: memories[i]!, sourceMemory: 'of the source' },
      })),
    );
    await expect(work).rejects.toMatchObject({ message: expect.stringContaining('exceeds 100 kB') });
    expect(await figma.vm.call('documentWithout')).toBe(before);
    expect(await figma.host.recall(layers[0]!.id)).toBeNull();
    expect(await figma.vm.call('selected')).toEqual(layers.map(({ id }) => id));
  });
});

describe('what is remembered', () => {
  it('stays out of the document until a result is placed', async () => {
    const id = await addPhoto();
    await figma.host.remember(id, 'typed');
    const { pluginData } = await figma.vm.call<{ pluginData: object }>('inspect', id);
    expect(pluginData).toEqual({});
    await place((await figma.host.find(id))!);
    expect(await figma.host.recall(id)).toBe('of the source');
  });

  it('makes room for the newest', async () => {
    const ids = [];
    for (let i = 0; i < 30; i++) ids.push(await addPhoto(4, 4));
    const text = (i: number) => String(i).padStart(60_000, '猫');
    for (const [i, id] of ids.entries()) await figma.host.remember(id, text(i));
    expect(await figma.host.recall(ids[29]!)).toBe(text(29));
    expect(await figma.host.recall(ids[15]!)).toBe(text(15));
    expect(await figma.host.recall(ids[0]!)).toBeNull();
    const kept = JSON.stringify(await figma.vm.call('storage'));
    expect(new TextEncoder().encode(kept).length).toBeLessThan(5_000_000);
  });

  it('of a result stays with it, and a copy of it is a layer of its own with the same words', async () => {
    const source = (await figma.host.find(await addPhoto()))!;
    const png = await encodePng(columns(40, 20));
    const order = {
      ...{ model: 'tiny', source: 'a dog', target: 'a tiger', masking: 'none' as const },
      inversion: InversionOptions.parse({}),
      edit: EditOptions.parse({}),
    };
    const image = await hashPicture(png);
    const recipe = { order, image, result: image, seconds: 1, madeAt: 1 };
    const edit = { layer: source, recipe, before: png, after: png, width: 40, height: 20 };
    const [placed] = await keepEdits(figma.host, [edit]);
    const copy = await figma.vm.call<string>('duplicate', placed!.id);
    const selected = [];
    for (const id of [placed!.id, copy]) {
      const memory = readMemory(await figma.host.recall(id));
      selected.push({ layer: (await figma.host.find(id))!, memory });
    }
    expect(selected[0]!.memory.made?.from).toBe(source.id);
    expect(selected[1]!.memory).toEqual({
      ...{ version: 1, history: [] },
      draft: { source: 'a dog', target: 'a tiger' },
    });
    const subjects = await subjectsOf(figma.host, selected);
    expect(subjects.map(({ id }) => id)).toEqual([source.id, copy]);
    // What was made of a source holds for its copy, too: it shows the same.
    const other = await figma.vm.call<string>('duplicate', source.id);
    expect(readMemory(await figma.host.recall(other)).history).toEqual([recipe]);
  });

  it('is as an earlier version kept it, without the name of its layer', async () => {
    const id = await addPhoto();
    await figma.vm.call('writePluginData', id, 'memory', '{"at":1,"text":"kept earlier"}');
    expect(await figma.host.recall(id)).toBe('kept earlier');
  });

  it('is not taken from plugin data that somebody else has written', async () => {
    const id = await addPhoto();
    await figma.vm.call('writePluginData', id, 'memory', '{"at":"soon","text":7}');
    expect(await figma.host.recall(id)).toBeNull();
  });
});

describe('a file', () => {
  it('is told from others, whose layers may have the same ids, and gets its mark when something is edited', async () => {
    const other = await openHost();
    const layer = (await figma.host.find(await addPhoto()))!;
    expect(await figma.host.documentOf(layer, false)).toBeNull();
    const marks = [await figma.host.documentOf(layer, true), await other.host.documentOf(layer, true)];
    expect(new Set(marks).size).toBe(2);
    await other.close();
  });

  it('keeps its mark when what came after it is undone', async () => {
    const layer = (await figma.host.find(await addPhoto()))!;
    const mark = await figma.host.documentOf(layer, true);
    await place(layer);
    await figma.hands.undo();
    expect(await figma.hands.look()).toHaveLength(1);
    expect(await (await figma.hands.reopen()).documentOf(layer, false)).toBe(mark);
  });
});

describe('the panel is told', () => {
  it('when what is selected looks different, and not of notes', async () => {
    const id = await addPhoto();
    await figma.hands.select([id]);
    let told = 0;
    figma.host.on('selection', () => told++);
    await figma.vm.call('writePluginData', id, 'memory', 'x');
    await figma.host.recall(id);
    expect(told).toBe(0);
    await set(id, 'opacity', 0.3);
    await until(() => told > 0);
  });

  it('when another page is opened, and of that page from then on', async () => {
    let told = 0;
    figma.host.on('selection', () => told++);
    await figma.vm.call('switchPage', '0:2');
    await until(() => told > 0);
    const id = await addPhoto();
    await figma.hands.select([id]);
    expect((await figma.host.selection()).map((layer) => layer.id)).toEqual([id]);
  });
});

describe('the window', () => {
  it('opens in the size that it had', async () => {
    figma.vm.send({ id: 900, question: 'resize', params: { width: 500, height: 50, done: true } });
    await until(() => figma.vm.told.some(({ kind }) => kind === 'resize'));
    expect(figma.vm.told.at(-1)).toEqual({ kind: 'resize', detail: { width: 500, height: 320 } });
    await figma.host.readSetting('token');
    await figma.hands.reopen();
    await until(() => figma.vm.told.filter(({ kind }) => kind === 'showUI').length === 2);
    expect(figma.vm.told.at(-1)?.detail).toMatchObject({ width: 500, height: 320 });
  });
});

describe('messages that are not the panel’s', () => {
  it.each([null, 'hello', 7, { id: 'x' }, { id: 1, question: 'evil', params: {} }, { question: 'find' }])(
    'such as %j are passed over',
    async (message) => {
      figma.vm.send(message);
      expect(await figma.host.selection()).toEqual([]);
    },
  );

  it('with params that do not fit are answered with an error', async () => {
    const heard: unknown[] = [];
    figma.vm.onMessage = (message) => heard.push(message);
    figma.vm.send({ id: 5, question: 'find', params: { id: 9 } });
    await until(() => heard.length > 0);
    expect(heard).toMatchObject([{ id: 5, error: { code: 'EDITOR_FAILED' } }]);
  });
});
