/** The demo model's world: reproducible, held out where it should be, and the same layout under every edit. */

import { describe, expect, it } from 'vitest';
import { captionScene, fullCaption } from '../../models/demo/world/captions.ts';
import { renderMasks, renderScene } from '../../models/demo/world/render.ts';
import {
  changeObject,
  changeScene,
  isHeldOut,
  PICTURE_SIDE,
  sampleScene,
} from '../../models/demo/world/scene.ts';
import { COLOURS, KINDS, SETTINGS, STYLES } from '../../models/demo/world/vocabulary.ts';

const PIXELS = PICTURE_SIDE ** 2;
const scenes = Array.from({ length: 400 }, (_, seed) => sampleScene(seed));

describe('a scene', () => {
  it('is the same for the same seed, as data and as pixels', async () => {
    expect(sampleScene(42)).toEqual(sampleScene(42));
    expect(await renderScene(sampleScene(42))).toEqual(await renderScene(sampleScene(42)));
  });

  it('shows every kind, colour, setting and style in some seed', () => {
    const objects = scenes.flatMap((scene) => scene.objects);
    expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(new Set(objects.map(({ colour }) => colour))).toEqual(new Set(COLOURS));
    expect(new Set(scenes.map(({ setting }) => setting))).toEqual(new Set(SETTINGS));
    expect(new Set(scenes.map(({ style }) => style))).toEqual(new Set(STYLES));
  });

  it('is held out by its seed, one in twenty', () => {
    expect(scenes.filter(({ seed }) => isHeldOut(seed))).toHaveLength(20);
  });
});

describe('a caption', () => {
  it('names kind, colour, setting and style in full', () => {
    for (const scene of scenes) {
      const caption = fullCaption(scene);
      for (const { kind, colour } of scene.objects) {
        expect(caption).toContain(kind);
        expect(caption).toContain(colour);
      }
    }
  });

  it('varies from one to the next of the same scene', () => {
    const variants = new Set(Array.from({ length: 12 }, (_, variant) => captionScene(scenes[3]!, variant)));
    expect(variants.size).toBeGreaterThan(3);
  });

  it('keeps its number of words when a kind or a colour changes', () => {
    for (const scene of scenes.slice(0, 50)) {
      const changed = changeObject(scene, 0, { kind: 'star', colour: 'blue' });
      expect(fullCaption(changed).split(' ')).toHaveLength(fullCaption(scene).split(' ').length);
    }
  });
});

describe('an edit of a scene', () => {
  it('changes no pixel outside the masks of the object before and after', async () => {
    const scene = changeScene(sampleScene(7), { style: 'flat' });
    const changed = changeObject(scene, 0, { kind: scene.objects[0]!.kind === 'star' ? 'ball' : 'star' });
    const [before, after] = [await renderScene(scene), await renderScene(changed)];
    const masks = [(await renderMasks(scene))[0]!, (await renderMasks(changed))[0]!];
    let outside = 0;
    let different = 0;
    for (let p = 0; p < PIXELS; p++) {
      const same = [0, 1, 2].every((c) => before[p * 3 + c] === after[p * 3 + c]);
      if (!same) different += 1;
      // The mask's own edge is antialiased: one pixel around it may differ.
      const near = [0, 1, -1, PICTURE_SIDE, -PICTURE_SIDE].some((step) =>
        masks.some((mask) => mask[p + step] === 1),
      );
      if (!same && !near) outside += 1;
    }
    expect(outside).toBe(0);
    expect(different).toBeGreaterThan(200);
  });

  it('keeps the layout when the style changes', async () => {
    const scene = changeScene(sampleScene(7), { style: 'flat' });
    const masks = await renderMasks(scene);
    for (const style of STYLES) expect(await renderMasks(changeScene(scene, { style }))).toEqual(masks);
  });
});
