/** @file A scene as layers: surroundings, shadows, and the objects' opacity, colours, parts and relief. Styles paint from these. */
import sharp from 'sharp';
import { drawObject, MARGIN, PART_STEP } from './draw.ts';
import { emptyPlanes, type Field, type Planes } from './fields.ts';
import { reliefOf } from './relief.ts';
import { PICTURE_SIDE, type Scene, type SceneObject } from './scene.ts';
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
  /** Where the objects' rows begin and end in each layer, with some free rows around; nothing is drawn elsewhere. */
  readonly begin: number;
  readonly end: number;
}

/** An object's drawing as pixels, RGBA: its colours in the left half, its parts in the right one. */
interface Raster {
  readonly raw: Buffer;
  /** Width and height of each half. */
  readonly size: number;
  readonly bevels: readonly (number | undefined)[];
  /** Where the left half lies in the picture. */
  readonly left: number;
  readonly top: number;
}

async function rasterise(object: SceneObject, outlined: boolean, zoom: number): Promise<Raster> {
  const { svg, size, bevels } = drawObject(object, outlined, zoom);
  return {
    raw: await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer(),
    size,
    bevels: bevels.map((bevel) => bevel && bevel * zoom),
    left: Math.round((object.x - object.side / 2 - MARGIN) * zoom),
    top: Math.round((object.ground - object.side - MARGIN) * zoom),
  };
}

/** Opacity of one object in the picture, 0 to 1. */
function coverOf({ raw, size, left, top }: Raster, side: number): Field {
  const cover = new Float32Array(side * side);
  for (let y = Math.max(0, -top); y < Math.min(size, side - top); y++)
    for (let x = Math.max(0, -left); x < Math.min(size, side - left); x++)
      cover[(top + y) * side + left + x] = raw[4 * (y * 2 * size + x) + 3]! / 255;
  return cover;
}

/** The map of an object's parts; its border is empty. */
function partsOf({ raw, size }: Raster): Uint8Array {
  const parts = new Uint8Array(size * size);
  for (let y = 1; y < size - 1; y++)
    for (let x = 1; x < size - 1; x++)
      parts[y * size + x] = Math.round(raw[4 * (y * 2 * size + size + x)]! / PART_STEP);
  return parts;
}

/** Opacity of each object of a scene, 0 to 1, as if it were alone. */
export async function drawCovers(scene: Scene, side: number): Promise<Field[]> {
  const rasters = scene.objects.map((object) => rasterise(object, true, side / PICTURE_SIDE));
  return (await Promise.all(rasters)).map((raster) => coverOf(raster, side));
}

/** Draws the layers of a scene, with outlines around the objects' parts or without. */
export async function drawLayers(scene: Scene, outlined: boolean, side: number): Promise<Layers> {
  const zoom = side / PICTURE_SIDE;
  const background = await renderSetting(scene.setting, scene.layoutSeed, side);
  const [cover, relief, shadow] = [0, 0, 0].map(() => new Float32Array(side * side)) as [Field, Field, Field];
  const colours = emptyPlanes(side);
  const parts = new Uint8Array(side * side);
  let firstPart = 0;
  let [begin, end] = [side, 0];
  for (const object of scene.objects) {
    const raster = await rasterise(object, outlined, zoom);
    const { raw, size, left, top } = raster;
    const own = coverOf(raster, side);
    const map = partsOf(raster);
    const heights = reliefOf(map, size, raster.bevels);
    for (let y = Math.max(0, -top); y < Math.min(size, side - top); y++) {
      for (let x = Math.max(0, -left); x < Math.min(size, side - left); x++) {
        const p = (top + y) * side + left + x;
        const alpha = own[p]!;
        if (alpha === 0) continue;
        const before = cover[p]! * (1 - alpha);
        cover[p] = alpha + before;
        for (let c = 0; c < 3; c++) {
          const colour = raw[4 * (y * 2 * size + x) + c]!;
          colours[c]![p] = (colour * alpha + colours[c]![p]! * before) / (alpha + before);
        }
        const part = map[y * size + x]!;
        if (part === 0) continue;
        parts[p] = firstPart + part;
        relief[p] = heights[y * size + x]!;
      }
    }
    addShadow(shadow, own, object, side);
    begin = Math.max(0, Math.min(begin, top));
    end = Math.min(side, Math.max(end, top + size));
    firstPart += raster.bevels.length;
  }
  const rows = { begin: begin * side, end: end * side };
  return { side, zoom, background, shadow, cover, colours, parts, relief, ...rows };
}
