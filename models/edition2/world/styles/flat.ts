/** @file The usual look: a clean illustration with dark outlines and soft shading. */
import { lightObjects, type Surface } from '../light.ts';
import { compose, type StyleOf, toPixels } from './compose.ts';

/** Painted, a little glossy. */
export const SOFT: Surface = {
  ambient: 0.62,
  diffuse: 0.5,
  shine: 0.22,
  polish: 14,
  depth: 0.55,
  softness: 1.6,
  crease: 0.12,
};
/** How much red, green and blue a shadow takes. */
export const SHADE = [0.5, 0.46, 0.36] as const;

export const flat: StyleOf = {
  outlined: true,
  paint: (layers) => toPixels(compose(layers, layers.background, lightObjects(layers, SOFT), SHADE)),
};
