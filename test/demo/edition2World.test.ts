/** The second edition's world: reproducible, held out where it should be, named as it is drawn, alike in every style. */

import { describe, expect, it } from 'vitest';
import { captionScene, fullCaption, SETTING_PHRASES } from '../../models/edition2/world/captions.ts';
import { renderMasks, renderScene } from '../../models/edition2/world/render.ts';
import {
  changeObject,
  changeScene,
  isHeldOut,
  PICTURE_SIDE,
  type Scene,
  type SceneObject,
  sampleScene,
} from '../../models/edition2/world/scene.ts';
import { COLOURS, KINDS, PATTERNS, SETTINGS, STYLES } from '../../models/edition2/world/vocabulary.ts';

const PIXELS = PICTURE_SIDE ** 2;
const scenes = Array.from({ length: 400 }, (_, seed) => sampleScene(seed));

/** One medium red star in the middle of a room. */
const plain: Scene = {
  seed: 1,
  layoutSeed: 1,
  setting: 'room',
  style: 'flat',
  objects: [
    {
      kind: 'star',
      colour: 'red',
      pattern: 'plain',
      size: 'medium',
      place: 'middle',
      x: 128,
      ground: 216,
      side: 128,
    },
  ],
};

/** Whether two pictures or masks are the same (much faster than a deep comparison). */
function sameBytes(a: Uint8Array | Uint8ClampedArray, b: Uint8Array | Uint8ClampedArray): boolean {
  return Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
}

type Rgb = readonly [number, number, number];

/** Mean colour of a picture's masked pixels, and how much their brightness varies. */
function measure(pixels: Uint8ClampedArray, mask: Uint8Array): { mean: Rgb; spread: number } {
  const sums = [0, 0, 0, 0, 0];
  for (let p = 0; p < PIXELS; p++) {
    if (mask[p] === 0) continue;
    const rgb = [pixels[3 * p]!, pixels[3 * p + 1]!, pixels[3 * p + 2]!];
    const bright = (rgb[0]! + rgb[1]! + rgb[2]!) / 3;
    for (const [i, value] of [...rgb, bright, bright * bright].entries()) sums[i]! += value;
  }
  const count = mask.reduce((sum, value) => sum + value, 0);
  const [red, green, blue, bright, square] = sums.map((sum) => sum / count) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { mean: [red, green, blue], spread: Math.sqrt(square - bright * bright) };
}

function boundsOf(mask: Uint8Array): { left: number; right: number; top: number; bottom: number } {
  const bounds = { left: PICTURE_SIDE, right: -1, top: PICTURE_SIDE, bottom: -1 };
  for (let p = 0; p < PIXELS; p++) {
    if (mask[p] === 0) continue;
    const [x, y] = [p % PICTURE_SIDE, Math.floor(p / PICTURE_SIDE)];
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds;
}

async function maskOf(kind: SceneObject['kind']): Promise<Uint8Array> {
  return (await renderMasks(changeObject(plain, 0, { kind })))[0]!;
}

describe('a scene', () => {
  it('is the same for the same seed, as data and as pixels', async () => {
    expect(sampleScene(42)).toEqual(sampleScene(42));
    expect(sameBytes(await renderScene(sampleScene(42)), await renderScene(sampleScene(42)))).toBe(true);
  });

  it('shows every kind, colour, pattern, setting and style in some seed', () => {
    const objects = scenes.flatMap((scene) => scene.objects);
    expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(new Set(objects.map(({ colour }) => colour))).toEqual(new Set(COLOURS));
    expect(new Set(objects.map(({ pattern }) => pattern))).toEqual(new Set(PATTERNS));
    expect(new Set(scenes.map(({ setting }) => setting))).toEqual(new Set(SETTINGS));
    expect(new Set(scenes.map(({ style }) => style))).toEqual(new Set(STYLES));
  });

  it('is held out by its seed, one in twenty', () => {
    expect(scenes.filter(({ seed }) => isHeldOut(seed))).toHaveLength(scenes.length / 20);
  });

  it('has its objects on the grid of the latents, inside the picture, and pairs apart', () => {
    for (const { objects } of scenes) {
      for (const { x, ground, side } of objects) {
        expect([x % 8, ground % 8, side % 16]).toEqual([0, 0, 0]);
        expect(x - side / 2).toBeGreaterThanOrEqual(0);
        expect(x + side / 2).toBeLessThanOrEqual(PICTURE_SIDE);
        expect(ground - side).toBeGreaterThanOrEqual(0);
      }
      const [left, right] = objects;
      if (right === undefined) continue;
      expect(left!.kind).not.toBe(right.kind);
      expect(left!.colour).not.toBe(right.colour);
      expect(left!.x + left!.side / 2).toBeLessThanOrEqual(right.x - right.side / 2);
    }
  });
});

describe('a caption', () => {
  it('names in full what is there', () => {
    for (const scene of scenes) {
      const caption = fullCaption(scene);
      for (const { kind, colour, pattern } of scene.objects)
        expect(caption).toContain(`${pattern === 'plain' ? '' : `${pattern} `}${colour} ${kind}`);
      expect(caption).toContain(SETTING_PHRASES[scene.setting][0]!);
      if (scene.style !== 'flat') expect(caption).toContain(scene.style);
    }
  });

  it('names every object, no kind, colour or pattern that is not there, and has the right articles', () => {
    const words = new Set<string>();
    const wrong: string[] = [];
    for (const scene of scenes) {
      for (let variant = 0; variant < 4; variant++) {
        const caption = captionScene(scene, variant);
        const said = caption.split(' ');
        for (const word of said) words.add(word);
        for (const key of ['kind', 'colour', 'pattern'] as const) {
          const there = scene.objects.map((object): string => object[key]);
          const known: readonly string[] = { kind: KINDS, colour: COLOURS, pattern: PATTERNS }[key];
          // A green meadow and a green forest are places.
          const named = said.filter(
            (word, i) => known.includes(word) && !/^(meadow|forest)$/.test(said[i + 1] ?? ''),
          );
          if (named.some((word) => !there.includes(word))) wrong.push(caption);
          if (key === 'kind' && named.length < there.length) wrong.push(caption);
        }
        if (/\ba [aeiou]|\ban [^aeiou]/.test(caption)) wrong.push(caption);
      }
    }
    expect(wrong).toEqual([]);
    expect(words.size).toBeGreaterThanOrEqual(40);
    expect(words.size).toBeLessThanOrEqual(90);
  });

  it('varies from one to the next of the same scene', () => {
    const variants = new Set(Array.from({ length: 12 }, (_, variant) => captionScene(scenes[3]!, variant)));
    expect(variants.size).toBeGreaterThan(3);
  });

  it('keeps its number of words when a kind or a colour changes', () => {
    for (const scene of scenes.slice(0, 50)) {
      const changed = changeObject(scene, 0, { kind: 'umbrella', colour: 'orange' });
      expect(fullCaption(changed).split(' ')).toHaveLength(fullCaption(scene).split(' ').length);
    }
  });
});

describe('a mask', () => {
  it('is whole and large, stands on the ground and stays in its box, for every kind', async () => {
    for (const kind of KINDS) {
      const mask = await maskOf(kind);
      const { left, right, top, bottom } = boundsOf(mask);
      expect(mask.reduce((sum, value) => sum + value, 0) / 128 ** 2, kind).toBeGreaterThan(0.25);
      expect(Math.abs(bottom - 215), kind).toBeLessThanOrEqual(5);
      expect(Math.min(left - 64, 191 - right, top - 88), kind).toBeGreaterThanOrEqual(-3);
    }
  });

  it('tells tall kinds from wide ones', async () => {
    const shape = async (kind: SceneObject['kind']): Promise<number> => {
      const { left, right, top, bottom } = boundsOf(await maskOf(kind));
      return (bottom - top) / (right - left);
    };
    expect(await shape('lighthouse')).toBeGreaterThan(1.5);
    expect(await shape('car')).toBeLessThan(0.7);
  });

  it('is the same in every style, and leaves out what a later object hides', async () => {
    const pair = changeScene(scenes.find(({ objects }) => objects.length === 2)!, { style: 'flat' });
    const masks = await renderMasks(pair);
    for (const style of STYLES) {
      const styled = await renderMasks(changeScene(pair, { style }));
      expect(styled.map((mask, i) => sameBytes(mask, masks[i]!))).toEqual([true, true]);
    }
    const [first, second] = await renderMasks({ ...plain, objects: [plain.objects[0]!, plain.objects[0]!] });
    expect(first!.some((value) => value === 1)).toBe(false);
    expect(second!.some((value) => value === 1)).toBe(true);
  });
});

describe('a drawing', () => {
  it('shows the colours apart from one another, in every style', async () => {
    const mask = await maskOf('star');
    for (const style of STYLES) {
      const means: Rgb[] = [];
      for (const colour of COLOURS) {
        const pixels = await renderScene(changeObject(changeScene(plain, { style }), 0, { colour }));
        means.push(measure(pixels, mask).mean);
      }
      for (const [i, a] of means.entries())
        for (const b of means.slice(i + 1))
          expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), style).toBeGreaterThan(30);
    }
  });

  it('shows the patterns, in every style', async () => {
    const mask = await maskOf('star');
    for (const style of STYLES) {
      const spread = new Map<string, number>();
      for (const pattern of PATTERNS) {
        const pixels = await renderScene(changeObject(changeScene(plain, { style }), 0, { pattern }));
        spread.set(pattern, measure(pixels, mask).spread);
      }
      for (const pattern of ['striped', 'dotted', 'checked'])
        expect(spread.get(pattern)!, `${style} ${pattern}`).toBeGreaterThan(1.3 * spread.get('plain')!);
    }
  });

  it('is the same scene at twice the size', async () => {
    const [small, large] = [await renderScene(plain), await renderScene(plain, 2 * PICTURE_SIDE)];
    expect(large).toHaveLength(4 * small.length);
    let difference = 0;
    for (let i = 0; i < small.length; i++) {
      const [x, y] = [Math.floor(i / 3) % PICTURE_SIDE, Math.floor(i / 3 / PICTURE_SIDE)];
      const at = (dx: number, dy: number): number =>
        large[3 * ((2 * y + dy) * 2 * PICTURE_SIDE + 2 * x + dx) + (i % 3)]!;
      difference += Math.abs(small[i]! - (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4);
    }
    expect(difference / small.length).toBeLessThan(3);
  });
});

describe('an edit of a scene', () => {
  it('of a colour or pattern changes no pixel outside the mask', async () => {
    const mask = await maskOf('star');
    const before = await renderScene(plain);
    const after = await renderScene(changeObject(plain, 0, { colour: 'blue', pattern: 'dotted' }));
    expect(changedOutside(before, after, [mask], 0)).toBe(0);
  });

  it('of a kind changes no pixel outside the masks but for the shadow on the ground', async () => {
    const [before, after] = [
      await renderScene(plain),
      await renderScene(changeObject(plain, 0, { kind: 'car' })),
    ];
    const masks = [await maskOf('star'), await maskOf('car')];
    expect(changedOutside(before, after, masks, 216 - 36)).toBe(0);
    expect(changedOutside(before, after, [], 0)).toBeGreaterThan(2000);
  });
});

/** Pixels that differ farther than two pixels from every mask, above the ground that shadows may reach. */
function changedOutside(
  before: Uint8ClampedArray,
  after: Uint8ClampedArray,
  masks: readonly Uint8Array[],
  shadowsFrom: number,
): number {
  const steps = [-2, -1, 0, 1, 2].flatMap((dy) => [-2, -1, 0, 1, 2].map((dx) => dy * PICTURE_SIDE + dx));
  const end = shadowsFrom === 0 ? PIXELS : shadowsFrom * PICTURE_SIDE;
  let outside = 0;
  for (let p = 0; p < end; p++) {
    if ([0, 1, 2].every((c) => before[p * 3 + c] === after[p * 3 + c])) continue;
    if (!steps.some((step) => masks.some((mask) => mask[p + step] === 1))) outside += 1;
  }
  return outside;
}
