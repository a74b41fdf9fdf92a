/** @file What styles share: objects in their light on surroundings with their shadow, and the edges between parts. */
import { blur, emptyPlanes, type Field, type Planes } from '../fields.ts';
import type { Layers } from '../layers.ts';

/** RGB picture, 3 bytes a pixel, row by row. */
export type Pixels = Uint8ClampedArray;

/** Paints a picture from layers; details follow from the layout seed alone. */
export interface StyleOf {
  /** Whether the objects' parts are drawn with dark outlines. */
  readonly outlined: boolean;
  readonly paint: (layers: Layers, layoutSeed: number) => Pixels;
}

/** Lit objects over the surroundings, which their shadow darkens by a colour-dependent share. */
export function compose(
  layers: Layers,
  background: Planes,
  objects: Planes,
  shade: readonly [number, number, number],
): Planes {
  const out = emptyPlanes(layers.side);
  const { cover, shadow } = layers;
  for (let c = 0; c < 3; c++) {
    const [to, behind, before, share] = [out[c]!, background[c]!, objects[c]!, shade[c]!];
    for (let p = 0; p < to.length; p++) {
      const ground = behind[p]! * (1 - share * shadow[p]!);
      to[p] = ground + (before[p]! - ground) * cover[p]!;
    }
  }
  return out;
}

/** Planes to bytes. */
export function toPixels(planes: Planes): Pixels {
  const pixels = new Uint8ClampedArray(3 * planes[0].length);
  for (let c = 0; c < 3; c++) {
    const plane = planes[c]!;
    for (let p = 0; p < plane.length; p++) pixels[3 * p + c] = plane[p]!;
  }
  return pixels;
}

/** Soft lines along the edges of the objects' parts, about `width` pixels of the scene wide, 0 to 1. */
export function partEdges(layers: Layers, width: number): Field {
  const { side, zoom, begin, end } = layers;
  const parts = layers.parts.subarray(begin, end);
  const edges = new Float32Array(parts.length);
  for (let p = 0; p < parts.length - side - 1; p++)
    if (parts[p] !== parts[p + 1] || parts[p] !== parts[p + side]) edges[p] = 1;
  const radius = Math.max(1, Math.round((width * zoom) / 2));
  const wide = blur(edges, side, radius);
  const out = new Float32Array(layers.parts.length);
  for (let i = 0; i < wide.length; i++) out[begin + i] = Math.min(1, wide[i]! * (radius + 1));
  return out;
}
