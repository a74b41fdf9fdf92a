/** @file A scene as layers: surroundings, shadows, and the objects' opacity, colours, parts and relief. Styles paint from these. */
import sharp from 'sharp';
import { drawObject, MARGIN, PART_STEP } from './draw.ts';
import { emptyPlanes, type Field, type Planes } from './fields.ts';
import { reliefOf } from './relief.ts';
import { PICTURE_SIDE, type Scene } from './scene.ts';
import { renderSetting } from './settings/index.ts';
import { addShadow } from './shadows.ts';

/** All layers are squares of `side` pixels. */
export interface Layers {
  readonly side: number;
  /** Pixels of the picture for one of the scene. */
  readonly zoom: number;
  readonly background: Planes;
  /** Shadow on the surroundings, 0 to 1. */
  readonly shadow: Field;
  /** Opacity of the objects, 0 to 1. */
  readonly cover: Field;
  /** Unlit colours of the objects; 0 where there are none. */
  readonly colours: Planes;
  /** Which part of which object lies on top, from 1; 0 for none. */
  readonly parts: Uint8Array;
  /** Height of the relief, in pixels. */
  readonly relief: Field;
  /** Opacity of each object alone, without those before it. */
  readonly covers: readonly Field[];
}

/** Draws the layers of a scene, with outlines around the objects' parts or without. */
export async function drawLayers(scene: Scene, outlined: boolean, side = PICTURE_SIDE): Promise<Layers> {
  const zoom = side / PICTURE_SIDE;
  const [cover, relief, shadow] = [0, 0, 0].map(() => new Float32Array(side * side)) as [Field, Field, Field];
  const colours = emptyPlanes(side);
  const parts = new Uint8Array(side * side);
  const covers: Field[] = [];
  let firstPart = 0;
  for (const object of scene.objects) {
    const { svg, size, bevels } = drawObject(object, outlined, zoom);
    const raw = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
    const map = new Uint8Array(size * size);
    for (let y = 1; y < size - 1; y++)
      for (let x = 1; x < size - 1; x++)
        map[y * size + x] = Math.round(raw[4 * (y * 2 * size + size + x)]! / PART_STEP);
    const heights = reliefOf(
      map,
      size,
      bevels.map((bevel) => bevel && bevel * zoom),
    );
    const left = Math.round((object.x - object.side / 2 - MARGIN) * zoom);
    const top = Math.round((object.ground - object.side - MARGIN) * zoom);
    const own = new Float32Array(side * side);
    for (let y = Math.max(0, -top); y < Math.min(size, side - top); y++) {
      for (let x = Math.max(0, -left); x < Math.min(size, side - left); x++) {
        const alpha = raw[4 * (y * 2 * size + x) + 3]! / 255;
        if (alpha === 0) continue;
        const p = (top + y) * side + left + x;
        own[p] = alpha;
        const before = cover[p]!;
        const after = alpha + before * (1 - alpha);
        for (let c = 0; c < 3; c++)
          colours[c]![p] =
            (raw[4 * (y * 2 * size + x) + c]! * alpha + colours[c]![p]! * before * (1 - alpha)) / after;
        cover[p] = after;
        if (map[y * size + x] !== 0) {
          parts[p] = firstPart + map[y * size + x]!;
          relief[p] = heights[y * size + x]!;
        }
      }
    }
    addShadow(shadow, own, object, side);
    covers.push(own);
    firstPart += bevels.length;
  }
  return {
    side,
    zoom,
    background: await renderSetting(scene.setting, scene.layoutSeed, side),
    shadow,
    cover,
    colours,
    parts,
    relief,
    covers,
  };
}
