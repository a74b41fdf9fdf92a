/** @file Light from the upper left on the objects' relief. */
import { blur, type Field, type Planes } from './fields.ts';
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

/** Steps of the tables below. */
const STEPS = 1024;

/** A function of 0..1 as a table: powers and exponentials for every pixel would take most of the time. */
function tabulate(f: (t: number) => number): Float32Array {
  return Float32Array.from({ length: STEPS + 1 }, (_, i) => f(i / STEPS));
}

/** Height, in pixels of the scene, above which creases have no effect. */
const CREASED = 20;
const CREASE = tabulate((t) => Math.exp((-t * CREASED) / 4));
const shines = new Map<number, Float32Array>();

/** Colours of the objects in the light, outside of them 0. */
export function lightObjects(layers: Layers, surface: Surface, bumps?: Field): Planes {
  const { side, zoom, colours, cover, begin, end } = layers;
  const { ambient, diffuse, shine, polish, depth } = surface;
  const mirrored = shines.get(polish) ?? tabulate((t) => t ** polish);
  shines.set(polish, mirrored);
  const height = blur(layers.relief.subarray(begin, end), side, surface.softness * zoom);
  if (bumps !== undefined)
    for (let i = 0; i < height.length; i++) height[i] = height[i]! + bumps[begin + i]! * zoom;
  const [red, green, blue] = [colours[0].slice(), colours[1].slice(), colours[2].slice()];
  for (let i = side + 1, p = begin + i; i < height.length - side - 1; i++, p++) {
    if (cover[p] === 0) continue;
    const nx = (-depth * (height[i + 1]! - height[i - 1]!)) / 2;
    const ny = (-depth * (height[i + side]! - height[i - side]!)) / 2;
    const length = Math.sqrt(nx * nx + ny * ny + 1);
    const facing = (nx * LIGHT[0] + ny * LIGHT[1] + LIGHT[2]) / length;
    const mirror = Math.min(1, Math.max(0, (nx * SHINE[0] + ny * SHINE[1] + SHINE[2]) / length));
    const low = Math.min(1, Math.max(0, height[i]! / (CREASED * zoom)));
    const crease = 1 - surface.crease * CREASE[Math.round(low * STEPS)]!;
    const brightness = (ambient + (diffuse * Math.max(0, facing + 0.35)) / 1.35) * crease;
    const glare = shine * mirrored[Math.round(mirror * STEPS)]!;
    const kept = brightness * (1 - glare);
    red[p] = red[p]! * kept + 255 * glare;
    green[p] = green[p]! * kept + 255 * glare;
    blue[p] = blue[p]! * kept + 255 * glare;
  }
  return [red, green, blue];
}
