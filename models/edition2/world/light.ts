/** @file Light from the upper left on the objects' relief. */
import { blur, type Planes } from './fields.ts';
import type { Layers } from './layers.ts';

/** Towards the light: left, up, to the viewer. */
const LIGHT = [-0.5, -0.62, 0.605] as const;
/** Half way between the light and the viewer: where a mirror would shine. */
const SHINE = [-0.279, -0.346, 0.896] as const;

/** How objects take the light. */
export interface Surface {
  /** Brightness where no light falls. */
  readonly ambient: number;
  /** Brightness that the light adds where it falls straight. */
  readonly diffuse: number;
  /** Brightness of the highlight, and how small it is. */
  readonly shine: number;
  readonly polish: number;
  /** How much the relief is flattened: 1 keeps it. */
  readonly depth: number;
  /** Blur of the relief, in pixels of the scene. */
  readonly softness: number;
  /** Darkness of the creases between parts. */
  readonly crease: number;
}

/** Colours of the objects in the light, outside of them 0. */
export function lightObjects(layers: Layers, surface: Surface, bumps?: Float32Array): Planes {
  const { side, zoom, parts, colours } = layers;
  const height = blur(layers.relief, side, surface.softness * zoom);
  if (bumps !== undefined) for (let p = 0; p < height.length; p++) height[p] = height[p]! + bumps[p]! * zoom;
  const lit: Planes = [colours[0].slice(), colours[1].slice(), colours[2].slice()];
  for (let p = side + 1; p < parts.length - side - 1; p++) {
    if (layers.cover[p] === 0) continue;
    const nx = (-surface.depth * (height[p + 1]! - height[p - 1]!)) / 2;
    const ny = (-surface.depth * (height[p + side]! - height[p - side]!)) / 2;
    const length = Math.sqrt(nx * nx + ny * ny + 1);
    const facing = (nx * LIGHT[0] + ny * LIGHT[1] + LIGHT[2]) / length;
    const mirror = (nx * SHINE[0] + ny * SHINE[1] + SHINE[2]) / length;
    const wrapped = Math.max(0, (facing + 0.35) / 1.35);
    const crease = 1 - surface.crease * Math.exp(-height[p]! / (4 * zoom));
    const brightness = (surface.ambient + surface.diffuse * wrapped) * crease;
    const shine = mirror > 0 ? 255 * surface.shine * mirror ** surface.polish : 0;
    for (const plane of lit) {
      const colour = plane[p]! * brightness;
      plane[p] = colour + (255 - colour) * Math.min(1, shine / 255);
    }
  }
  return lit;
}
