/** @file Clay: objects like modelled toys in the light of a studio, before surroundings out of focus. */
import { blur, emptyPlanes, type Field, luma, noise, type Planes, ramp } from '../fields.ts';
import { lightObjects, type Surface } from '../light.ts';
import { PICTURE_SIDE } from '../scene.ts';
import { compose, type StyleOf, toPixels } from './compose.ts';

const CLAY: Surface = {
  ambient: 0.4,
  diffuse: 0.72,
  shine: 0.17,
  polish: 7,
  depth: 1,
  softness: 2.2,
  crease: 0.5,
};
const SHADE = [0.72, 0.7, 0.62] as const;

/** Light and shade of surroundings that are modelled too: bright shapes stand out. Added share of brightness. */
function mould(background: Planes, side: number, dents: Field): Field {
  const zoom = side / PICTURE_SIDE;
  const height = blur(luma(background), side, 2.5 * zoom);
  for (let p = 0; p < height.length; p++) height[p] = height[p]! + 3.5 * dents[p]!;
  const out = new Float32Array(height.length);
  for (let p = side + 1; p < out.length - side - 1; p++) {
    const slope = 0.62 * (height[p + side]! - height[p - side]!) + 0.5 * (height[p + 1]! - height[p - 1]!);
    out[p] = Math.max(-0.24, Math.min(0.24, 0.02 * zoom * slope));
  }
  return blur(out, side, zoom);
}

/** Farther away is more out of focus; the lamp shines from the upper left, corners are darker. */
function photograph(background: Planes, side: number, dents: Field): Planes {
  const zoom = side / PICTURE_SIDE;
  const out = emptyPlanes(side);
  const moulded = mould(background, side, dents);
  for (let c = 0; c < 3; c++) {
    const [near, far] = [blur(background[c]!, side, 2 * zoom), blur(background[c]!, side, 4 * zoom)];
    for (let y = 0, p = 0; y < side; y++) {
      const focus = ramp(0.45, 0.8, y / side);
      for (let x = 0; x < side; x++, p++) {
        const [dx, dy] = [x / side - 0.38, y / side - 0.42];
        const lamp = 1.05 - 0.42 * (dx * dx + dy * dy);
        out[c]![p] = (far[p]! + (near[p]! - far[p]!) * focus) * lamp * (1 + moulded[p]!);
      }
    }
  }
  return out;
}

/** Chalky pigment: a little of every colour in each. */
function matt(colours: Planes): Planes {
  const chalk = (value: number): number => 0.88 * value + 24;
  return [colours[0].map(chalk), colours[1].map(chalk), colours[2].map(chalk)];
}

/** Surroundings that were photographed before: the same place always has the same dents. */
const photographs = new WeakMap<Planes, Planes>();

export const clay: StyleOf = {
  outlined: false,
  paint: (layers, seed) => {
    const { side, shadow, zoom } = layers;
    const [pressed, kneaded] = [noise(seed + 8, 15, side), noise(seed + 9, 8, side)];
    const dents = pressed.map((value, p) => 1.5 * value + 0.5 * kneaded[p]!);
    const objects = lightObjects({ ...layers, colours: matt(layers.colours) }, CLAY, dents);
    const known = photographs.get(layers.background);
    const behind = known ?? photograph(layers.background, side, dents);
    photographs.set(layers.background, behind);
    const soft = blur(shadow, side, 2 * zoom);
    return toPixels(compose({ ...layers, shadow: soft }, behind, objects, SHADE));
  },
};
