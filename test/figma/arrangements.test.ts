/** A result lies exactly over its source and changes nothing else, however the source lies in the document. */

import { decodePng, encodePng, type Layer, type Pixels } from '@palimpsest/sdk';
import { cornersOf } from '@palimpsest/sdk/conformance';
import { expect, it } from 'vitest';
import { type FigmaUnderTest, openHost } from './openHost.ts';
import { openFigma } from './programs.ts';

const [WIDTH, HEIGHT] = [60, 40];
/** Of the quarters of the picture: upper left, upper right, lower left, lower right. */
const QUARTERS = [
  [255, 0, 0, 255],
  [0, 255, 0, 255],
  [0, 0, 255, 255],
  [255, 255, 0, 255],
] as const;

/** Where the result may not lie beside its source, and of what type its parent is then. */
const FURTHER_OUT: Readonly<Record<string, string>> = {
  'as a mask': 'PAGE',
  'in an instance': 'FRAME',
  'in an instance in a rotated instance': 'PAGE',
  'in a boolean operation': 'FRAME',
  'as a variant in a component set': 'PAGE',
  'in a parent that refuses children': 'PAGE',
  'in a transform group': 'PAGE',
};

interface Node {
  readonly id: string;
  readonly type: string;
  readonly parent: string;
  readonly children: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly relaunch: Readonly<Record<string, string>>;
  readonly corners: readonly (readonly [number, number])[];
}

const pixelsOf = (colourAt: (x: number, y: number) => readonly number[]): Pixels => {
  const rgba = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  for (let i = 0; i < WIDTH * HEIGHT; i++) rgba.set(colourAt(i % WIDTH, Math.floor(i / WIDTH)), i * 4);
  return { width: WIDTH, height: HEIGHT, rgba };
};
const photo = await encodePng(
  pixelsOf((x, y) => QUARTERS[(x < WIDTH / 2 ? 0 : 1) + (y < HEIGHT / 2 ? 0 : 2)]!),
);
const edited = pixelsOf((x, y) => [x * 4, y * 6, (x * y) % 256, 255]);

const catalogue = await openFigma();
const names = await catalogue.call<string[]>('arrangements');
catalogue.close();

let figma: FigmaUnderTest;

const inspect = (id: string): Promise<Node> => figma.vm.call('inspect', id);

async function arrange(name: string): Promise<{ source: Layer; before: string }> {
  const id = await figma.vm.call<string>('arrange', name, photo);
  await figma.vm.call('select', [id]);
  const source = await figma.host.find(id);
  expect(source, 'it is found').not.toBeNull();
  return { source: source!, before: await figma.vm.call<string>('documentWithout') };
}

const furthest = (one: Node['corners'], other: Node['corners']): number =>
  Math.max(...one.map(([x, y], i) => Math.hypot(x - other[i]![0], y - other[i]![1])));

/** It is told where it is, and its pixels are upright and its own. */
async function expectExported(source: Layer): Promise<void> {
  const corners = cornersOf(source).map(({ x, y }) => [x, y] as const);
  expect(furthest(corners, (await inspect(source.id)).corners)).toBeLessThan(0.01);
  const { png, width, height } = await figma.host.exportPixels(
    source.id,
    source.naturalScale ?? 4,
    new AbortController().signal,
  );
  const pixels = await decodePng(png);
  expect([pixels.width, pixels.height]).toEqual([width, height]);
  const colours = [0, 1, 2, 3].map((quarter) => {
    const x = Math.floor(((quarter % 2) * 2 + 1) * 0.25 * width);
    const y = Math.floor((Math.floor(quarter / 2) * 2 + 1) * 0.25 * height);
    return [...pixels.rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
  });
  expect(colours).toEqual(QUARTERS);
}

/** It lies above its source, as near as may be, and takes on what belongs to the place. */
async function expectAbove(name: string, result: Node, original: Node): Promise<void> {
  const parent = await inspect(result.parent);
  const outside = FURTHER_OUT[name];
  if (outside !== undefined) {
    expect(parent.type).toBe(outside);
    return;
  }
  expect(result.parent).toBe(original.parent);
  const up = parent.values.itemReverseZIndex === true ? -1 : 1;
  expect(parent.children.indexOf(result.id) - parent.children.indexOf(original.id)).toBe(up);
  if (original.type !== 'RECTANGLE') return;
  for (const corner of ['topLeftRadius', 'topRightRadius', 'bottomLeftRadius', 'bottomRightRadius']) {
    expect(result.values[corner] ?? 0).toBe(original.values[corner] ?? 0);
  }
  expect(result.values.constraints).toEqual(
    original.values.constraints ?? { horizontal: 'MIN', vertical: 'MIN' },
  );
}

it('is tried in more than twenty ways', () => expect(names.length).toBeGreaterThan(20));

it.each(names)('a layer %s: its result lies exactly over it, and nothing else changes', async (name) => {
  figma = await openHost();
  const { source, before } = await arrange(name);
  await expectExported(source);

  const placed = await figma.host.place({
    ...{ source, png: await encodePng(edited), width: WIDTH, height: HEIGHT },
    ...{ name: 'a dog → a tiger', memory: 'of the result', sourceMemory: 'of the source' },
  });
  const [result, original] = [await inspect(placed.id), await inspect(source.id)];
  expect(furthest(result.corners, original.corners)).toBeLessThan(0.01);
  expect(await figma.vm.call('documentWithout', placed.id), 'the rest of the document').toBe(before);
  await expectAbove(name, result, original);
  expect(result.values).toMatchObject({ name: 'a dog → a tiger', fills: [{ type: 'IMAGE' }] });
  expect(result.values.opacity ?? 1).toBe(original.values.opacity ?? 1);
  expect(result.values.blendMode ?? 'PASS_THROUGH').toBe(original.values.blendMode ?? 'PASS_THROUGH');
  expect(result.relaunch).toEqual({ edit: 'a dog → a tiger' });
  const seen = await figma.vm.call<{ png: Uint8Array<ArrayBuffer> }>('see', placed.id);
  expect(await decodePng(seen.png)).toEqual(edited);
  const elsewhere = name === 'on a page that is not open';
  expect(await figma.vm.call('selected')).toEqual([elsewhere ? source.id : placed.id]);

  await figma.vm.call('undo');
  expect(await figma.vm.call('documentWithout'), 'after one undo').toBe(before);
  await figma.close();
});

it('results of several layers: each lies exactly over its own, in one undo step, and all are selected', async () => {
  figma = await openHost();
  const chosen = [
    'in an auto-layout row that hugs',
    'in a rotated group in a group in a rotated frame',
    'as a mask',
    'in an instance',
    'flipped and rotated',
  ];
  const ids: string[] = [];
  for (const name of chosen) ids.push(await figma.vm.call('arrange', name, photo));
  await figma.vm.call('select', ids);
  const before = await figma.vm.call<string>('documentWithout');
  const sources = await figma.host.selection();
  const png = await encodePng(edited);
  const placed = await figma.host.placeAll(
    sources.map((source) => ({
      ...{ source, png, width: WIDTH, height: HEIGHT, name: 'a dog → a tiger' },
      ...{ memory: `made from ${source.id}`, sourceMemory: 'of the source' },
    })),
  );
  expect(placed).toHaveLength(chosen.length);
  for (const [i, { id }] of placed.entries()) {
    const [result, original] = [await inspect(id), await inspect(sources[i]!.id)];
    expect(furthest(result.corners, original.corners)).toBeLessThan(0.01);
    await expectAbove(chosen[ids.indexOf(original.id)]!, result, original);
    expect(result.relaunch).toEqual({ edit: 'a dog → a tiger' });
    expect(await figma.host.recall(id)).toBe(`made from ${original.id}`);
  }
  const results = placed.map(({ id }) => id);
  expect(await figma.vm.call('documentWithout', ...results), 'the rest of the document').toBe(before);
  expect(await figma.vm.call('selected')).toEqual(results);
  await figma.vm.call('undo');
  expect(await figma.vm.call('documentWithout'), 'after one undo').toBe(before);
  await figma.close();
});
