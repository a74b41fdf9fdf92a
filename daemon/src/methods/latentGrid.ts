/** @file How coarse a grid of the UNet is beside the latent's: what methods choose its sites by. */

import type { Grid } from '../attention/localBlend.ts';

/**
 * The coarseness at which words find their things: a quarter of the latent's side, 16 x 16 at 512 pixels, which the
 * official codes have hard-wired.
 */
export const QUARTER = 4;

/** The coarseness from which on maps are small enough to be kept or replaced: half of the latent's side. */
export const HALF = 2;

/** How many times as long the sides of latents [N, C, h, w] are. The UNet's grids halve them, so it is a power of 2. */
export const coarseness = ({ height, width }: Grid, [, , h = 0, w = 0]: readonly number[]): number =>
  Math.sqrt((h * w) / (height * width));

/** The grid at a quarter of the side of latents [N, C, h, w]. */
export const quarterGrid = ([, , height = 0, width = 0]: readonly number[]): Grid => ({
  height: height / QUARTER,
  width: width / QUARTER,
});
