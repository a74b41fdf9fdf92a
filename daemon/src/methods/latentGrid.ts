/** @file How coarse a grid of the UNet is compared with the latent's: methods choose sites of attention by it. */

import type { Grid } from '../attention/localBlend.ts';

/**
 * The coarseness at which words find their things: a quarter of the latent's side, 16 x 16 at 512 pixels, which the
 * official codes have hard-wired.
 */
export const QUARTER = 4;

/** The coarseness from which on maps are small enough to be kept or replaced: half of the latent's side. */
export const HALF = 2;

/** The sides of latents [N, C, h, w] divided by the grid's: a power of 2, since the UNet's grids halve them. */
export const coarseness = ({ height, width }: Grid, [, , h = 0, w = 0]: readonly number[]): number =>
  Math.sqrt((h * w) / (height * width));

/** The grid at a quarter of the side of latents [N, C, h, w]. */
export const quarterGrid = ([, , height = 0, width = 0]: readonly number[]): Grid => ({
  height: height / QUARTER,
  width: width / QUARTER,
});
