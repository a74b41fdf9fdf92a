/** @file The usual look: a clean illustration with dark outlines and soft shading. */
import { lightObjects, type Surface } from '../light.ts';
import { compose, type StyleOf, toPixels } from './compose.ts';

/** Painted, a little glossy. */
export const SOFT: Surface = {
  ambient: 0.5,
  diffuse: 0.64,
  shine: 0.3,
  polish: 14,
  depth: 0.7,
  softness: 1.6,
  crease: 0.12,
};
/** How much red, green and blue a shadow takes. */
export const SHADE = [0.5, 0.46, 0.36] as const;

export const flat: StyleOf = {
  outlined: true,
  paint: (layers) => toPixels(compose(layers, layers.background, lightObjects(layers, SOFT), SHADE)),
};
