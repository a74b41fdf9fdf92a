/** @file Where an edit changed a picture, beyond what the model does to any picture that it draws again. */

import { distanceTo } from '../distance.ts';
import { boxMean, type Plane, planeOf } from './plane.ts';
import { fillHoles, regionsOf } from './regions.ts';

/** All lengths are in pixels of the model's size, a cell of the latent being 8; all differences in levels of 0 to 255. */
const SMOOTH = 1;
/** A difference is a change from here on, and a region of them counts if it has one of twice as much. */
const CHANGE = 36;
/** Where most pixels that nothing was asked of differ by more than a half of it, they are the measure. */
const TIMES_QUIET = 2;
/** They are not that much worse: then something was asked of them. */
const MOST_QUIET = 16;
/** The share of the pixels that must be quiet by the words to be that measure. */
const ENOUGH_QUIET = 0.05;
/** Smaller regions are not seen. */
const MIN_REGION = 40;
/** Further away from where the words look, more of a difference is needed: by so much a pixel. */
const RISE = 3;
/** How strongly a word has to look (of 0 to 1) for a place to be its. */
export const LOOKS = 0.3;
const HARDLY_LOOKS = 0.1;
/** So much of a region, or so many pixels, must be where the words look. */
const TOUCHES = 0.1;
const TOUCHING_PIXELS = 20;
/** Holes up to this size are part of what surrounds them. */
const MAX_HOLE = 400;

/**
 * The pixels that an edit changed, 1 a pixel, 0 elsewhere.
 *
 * The difference of E and R is a change by hysteresis (Canny 1986, section VI): where it is large, and wherever it is still
 * notable around that. Both bounds rise with the noise of the places that no word is about, and with the distance from
 * those that one is.
 *
 * @param change the difference of E and R at each pixel.
 * @param words where the words that differ look, 0 to 1; null where that is not known.
 * @param strength how much is kept, 0 to 1: at 1 a difference has to be twice as large as at 0.5, at 0 half as large.
 */
export function whereChanged(change: Plane, words: Plane | null, strength: number): Uint8Array {
  const difference = boxMean(change, SMOOTH);
  const bound = boundsOf(difference, words);
  const factor = 2 ** (2 * strength - 1);
  const exceeds = (times: number) => (pixel: number) =>
    difference.data[pixel]! > times * factor * bound.data[pixel]!;
  const isAsked = (region: readonly number[]) =>
    words === null ||
    region.filter((pixel) => words.data[pixel]! > LOOKS).length >=
      Math.min(TOUCHING_PIXELS, TOUCHES * region.length);
  const changed = new Uint8Array(difference.data.length);
  for (const region of regionsOf(difference, exceeds(1))) {
    if (region.length >= MIN_REGION && region.some(exceeds(2)) && isAsked(region))
      for (const pixel of region) changed[pixel] = 1;
  }
  fillHoles(difference, changed, MAX_HOLE);
  return changed;
}

/** The difference that is a change, at each pixel. */
function boundsOf(difference: Plane, words: Plane | null): Plane {
  if (words === null) return planeOf(difference, () => CHANGE);
  const quiet = difference.data.filter((_, i) => words.data[i]! < HARDLY_LOOKS).sort();
  const isEnough = quiet.length >= ENOUGH_QUIET * difference.data.length;
  const noise = isEnough ? Math.min(quiet[quiet.length >> 1]!, MOST_QUIET) : 0;
  const least = Math.max(CHANGE, TIMES_QUIET * noise);
  const far = distanceTo(
    difference,
    (pixel) => words.data[pixel]! > LOOKS,
    difference.width + difference.height,
  );
  return planeOf(difference, (i) => least + RISE * far[i]!);
}
