/** @file What lies beneath full transparency, in the colours of what is visible around it. */

import type { Picture } from './picture.ts';

/** Where nothing is visible at all: the middle of what networks take. */
const NOTHING = 128;

/** A picture, or a coarser level of it. Its alpha says how much of each cell is visible, 0 to 255. */
interface Level extends Picture {
  readonly alpha: Uint8Array;
}

/**
 * The picture with smooth colours beneath full transparency that follow from the visible pixels alone. Programs leave
 * anything there (black, white, what was erased), and no network shall see it. What is visible at all keeps its own
 * colours; they count by its alpha.
 *
 * Push-pull (Gortler et al., "The Lumigraph", 1996, section 3.4): coarser and coarser levels gather what is visible; then,
 * from coarse to fine, each is put beneath the next. All numbers are whole, so that all machines give the same bytes.
 *
 * @returns the picture itself where nothing is hidden; grey where it is hidden altogether.
 */
export function fillHidden(picture: Picture): Picture {
  const { alpha } = picture;
  if (alpha === undefined || !alpha.includes(0)) return picture;
  const level = { ...picture, rgb: new Uint8Array(picture.rgb), alpha };
  const beneath = halved(level);
  mixColours(beneath);
  putBeneath(level, beneath, false);
  return { ...picture, rgb: level.rgb };
}

/** Gives each cell of a level the colours of coarser ones, as far as it is not visible itself. */
function mixColours(level: Level): void {
  if (level.width === 1 && level.height === 1) {
    if (level.alpha[0] === 0) level.rgb.fill(NOTHING);
    return;
  }
  const beneath = halved(level);
  mixColours(beneath);
  putBeneath(level, beneath, true);
}

/** The level of half the size: colours are averaged by alpha, and a cell is as visible as its four pixels together. */
function halved({ width, height, rgb, alpha }: Level): Level {
  const half = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
  const cells = half.width * half.height;
  const colours = new Uint8Array(cells * 3);
  const weights = new Uint8Array(cells);
  for (let y = 0, cell = 0; y < height; y += 2) {
    // Beyond an odd edge the last pixel counts twice.
    const down = y + 1 < height ? width : 0;
    for (let x = 0; x < width; x += 2, cell++) {
      const a = y * width + x;
      const b = x + 1 < width ? a + 1 : a;
      const wa = alpha[a]!;
      const wb = alpha[b]!;
      const wc = alpha[a + down]!;
      const wd = alpha[b + down]!;
      const sum = wa + wb + wc + wd;
      if (sum === 0) continue;
      weights[cell] = sum < 255 ? sum : 255;
      for (let k = 0, i = a * 3, j = b * 3; k < 3; k++, i++, j++) {
        const va = rgb[i]!;
        const vb = rgb[j]!;
        const vc = rgb[i + down * 3]!;
        const vd = rgb[j + down * 3]!;
        colours[cell * 3 + k] =
          sum === 4 * 255
            ? (va + vb + vc + vd + 2) >> 2
            : ((wa * va + wb * vb + wc * vc + wd * vd + (sum >> 1)) / sum) | 0;
      }
    }
  }
  return { ...half, rgb: colours, alpha: weights };
}

/**
 * Mixes what is not visible with the coarser level, between the four nearest cells there.
 *
 * @param byAlpha whether what is visible in part is mixed with it too.
 */
function putBeneath({ width, height, rgb, alpha }: Level, beneath: Level, byAlpha: boolean): void {
  const stride = beneath.width * 3;
  const between = new Uint16Array(stride);
  for (let y = 0; y < height; y++) {
    // A pixel's centre lies a quarter of a cell beside that of its own cell: above or left of it if it is even.
    const near = (y >> 1) * stride;
    const far = neighbour(y, beneath.height) * stride;
    for (let i = 0; i < stride; i++) between[i] = 3 * beneath.rgb[near + i]! + beneath.rgb[far + i]!;
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const weight = alpha[i]!;
      if (weight === 255 || (weight > 0 && !byAlpha)) continue;
      const own = (x >> 1) * 3;
      const other = neighbour(x, beneath.width) * 3;
      for (let k = 0; k < 3; k++) {
        const colour = (3 * between[own + k]! + between[other + k]! + 8) >> 4;
        const place = i * 3 + k;
        rgb[place] =
          weight === 0 ? colour : ((weight * rgb[place]! + (255 - weight) * colour + 127) / 255) | 0;
      }
    }
  }
}

/** The cell that is second nearest to a pixel along an axis. */
const neighbour = (pixel: number, cells: number): number =>
  Math.min(Math.max((pixel >> 1) + (pixel & 1 ? 1 : -1), 0), cells - 1);
