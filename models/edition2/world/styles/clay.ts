/** @file Clay: objects like modelled toys in the light of a studio, before surroundings out of focus. */
import { blur, emptyPlanes, type Field, noise, type Planes, ramp } from '../fields.ts';
import type { Layers } from '../layers.ts';
import { lightObjects, type Surface } from '../light.ts';
import { compose, type StyleOf, toPixels } from './compose.ts';

const CLAY: Surface = {
  ambient: 0.4,
  diffuse: 0.72,
  shine: 0.34,
  polish: 22,
  depth: 1,
  softness: 2.2,
  crease: 0.5,
};
const SHADE = [0.72, 0.7, 0.62] as const;

/** Farther away is more out of focus; the lamp shines from the upper left, corners are darker. */
function photograph({ background, side, zoom }: Layers): Planes {
  const out = emptyPlanes(side);
  for (let c = 0; c < 3; c++) {
    const [near, far] = [blur(background[c]!, side, 2 * zoom), blur(background[c]!, side, 6 * zoom)];
    for (let y = 0, p = 0; y < side; y++) {
      const focus = ramp(0.45, 0.8, y / side);
      for (let x = 0; x < side; x++, p++) {
        const [dx, dy] = [x / side - 0.38, y / side - 0.42];
        const lamp = 1.05 - 0.42 * (dx * dx + dy * dy);
        out[c]![p] = (far[p]! + (near[p]! - far[p]!) * focus) * lamp;
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
      dents.map((value) => 0.9 * value),
    );
    const soft = blur(shadow, side, 2 * zoom);
    return toPixels(compose({ ...layers, shadow: soft }, photograph(layers), objects, SHADE));
  },
};
