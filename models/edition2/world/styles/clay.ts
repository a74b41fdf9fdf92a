/** @file Clay: objects like modelled toys in the light of a studio, before surroundings out of focus. */
import { blur, emptyPlanes, type Field, luma, noise, type Planes, ramp } from '../fields.ts';
import type { Layers } from '../layers.ts';
import { lightObjects, type Surface } from '../light.ts';
import { compose, type StyleOf, toPixels } from './compose.ts';

const CLAY: Surface = {
  ambient: 0.4,
  diffuse: 0.72,
  shine: 0.2,
  polish: 9,
  depth: 1,
  softness: 2.2,
  crease: 0.5,
};
const SHADE = [0.72, 0.7, 0.62] as const;

/** Light and shade of surroundings that are modelled too: bright shapes stand out. Added share of brightness. */
function mould({ background, side, zoom }: Layers): Field {
  const height = blur(luma(background), side, 2.5 * zoom);
  const out = new Float32Array(height.length);
  for (let p = side + 1; p < out.length - side - 1; p++) {
    const slope = 0.62 * (height[p + side]! - height[p - side]!) + 0.5 * (height[p + 1]! - height[p - 1]!);
    out[p] = Math.max(-0.24, Math.min(0.24, 0.02 * zoom * slope));
  }
  return blur(out, side, zoom);
}

/** Farther away is more out of focus; the lamp shines from the upper left, corners are darker. */
function photograph(layers: Layers): Planes {
  const { background, side, zoom } = layers;
  const out = emptyPlanes(side);
  const moulded = mould(layers);
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

export const clay: StyleOf = {
  outlined: false,
  paint: (layers, seed) => {
    const { side, shadow, zoom } = layers;
    const dents: Field = noise(seed + 8, 15, side);
    const objects = lightObjects(
      layers,
      CLAY,
      dents.map((value) => 1.5 * value),
    );
    const soft = blur(shadow, side, 2 * zoom);
    return toPixels(compose({ ...layers, shadow: soft }, photograph(layers), objects, SHADE));
  },
};
