/**
 * @file How a picture changes, as a field over the model's pixels: at each, what is to be added to a colour, as a linear
 * function of that colour. Brought up to the picture's own size it changes that, and what is fine there stays.
 */

import { type Area, boxOf, cropPicture } from '../area.ts';
import { distanceTo } from '../distance.ts';
import type { Picture, Size } from '../picture.ts';
import { type Linear, linearIn, REACH } from './guidedFilter.ts';
import { boxMean, lumaOf, type Plane, planeOf, product } from './plane.ts';
import { whereChanged } from './whereChanged.ts';

/** What the model makes of a picture, at its size. */
export interface Drawings {
  /** The picture itself, scaled to the model's size. */
  readonly picture: Picture;
  /** R: that, drawn again unchanged. */
  readonly source: Picture;
  /** E: the edit. */
  readonly edited: Picture;
}

/** Numbers a pixel: the mask; then of red, green and blue each the slopes for all three, and the offset. */
export const FIELD_CHANNELS = 13;

export interface ChangeField extends Size {
  /** `FIELD_CHANNELS` numbers a pixel, row by row. */
  readonly data: Float32Array;
}

/** How much of the original stays. */
export interface Keeping {
  /** Where the words that differ look, 0 to 1, at the model's size; `everywhere` where they are about the whole picture. */
  readonly words: Plane | 'everywhere' | null;
  /** How much counts as unchanged, 0 to 1. */
  readonly strength: number;
  /** Of an edit of the whole picture: the share of the original's fine detail. */
  readonly detail: number;
}

/** Of the window in which E and R are compared, in the model's pixels. */
const WINDOW = 3;
/** Deviations of luma below this mean nothing (its square is like SSIM's C2). */
const FLAT = 8;
/** Likenesses between which the structure passes from new to the same. */
const NEW_BELOW = 0.3;
const SAME_ABOVE = 0.7;
/** Below this mean likeness of what changed, there is another thing in its place. */
const ANOTHER_THING = 0.44;
/** Differences from which on a likeness is asked for at all, and from which on nothing else counts. */
const NO_CHANGE = 15;
const CLEAR_CHANGE = 45;
/** How far the mask reaches beyond what changed, and over how many more pixels it ends: its rim, and its seam. */
const RIM = { another: 2, same: 1 } as const;
const SEAM = 2;

/** The field of an edit; null where nothing changed. */
export function changeField(drawings: Drawings, { words, strength, detail }: Keeping): ChangeField | null {
  const { source, edited } = drawings;
  if (words === 'everywhere') return wholeField(drawings, detail);
  const difference = largestDifference(edited, source);
  const changed = whereChanged(difference, words, strength);
  if (!changed.includes(1)) return null;
  const likeness = likenessOf(lumaOf(edited), lumaOf(source));
  const isAnother = meanWhere(likeness, changed) < ANOTHER_THING;
  const rim = isAnother ? RIM.another : RIM.same;
  const far = distanceTo(source, (pixel) => changed[pixel] === 1, rim + SEAM);
  const same = boxMean(
    planeOf(source, (i) => {
      if (isAnother) return changed[i] === 1 ? 0 : between(likeness.data[i]!, NEW_BELOW, SAME_ABOVE);
      const unchanged = 1 - between(difference.data[i]!, NO_CHANGE, CLEAR_CHANGE);
      return Math.max(unchanged, between(likeness.data[i]!, NEW_BELOW, SAME_ABOVE));
    }),
    1,
  );
  const mask = planeOf(source, (i) => Math.min(1, (rim + SEAM - far[i]!) / SEAM));
  return fieldOf(drawings, mask, same);
}

/** The sum of what is done where the structure is the same and where it is new, by the share of the former. */
function fieldOf(drawings: Drawings, mask: Plane, same: Plane): ChangeField {
  const area = reachOf(mask);
  const picture = cropPicture(drawings.picture, area);
  const [source, edited] = [cropPicture(drawings.source, area), cropPicture(drawings.edited, area)];
  const added = [0, 1, 2].map((c) =>
    planeOf(area, (i) => edited.rgb[3 * i + c]! - source.rgb[3 * i + c]!),
  ) as [Plane, Plane, Plane];
  const recoloured: readonly Linear[] = linearIn(picture, added);
  const data = new Float32Array(mask.data.length * FIELD_CHANNELS);
  for (let i = 0; i < area.width * area.height; i++) {
    const pixel = (area.top + Math.floor(i / area.width)) * mask.width + area.left + (i % area.width);
    const m = mask.data[pixel]!;
    if (m === 0) continue;
    const [kept, replaced] = [m * same.data[pixel]!, m * (1 - same.data[pixel]!)];
    let place = pixel * FIELD_CHANNELS;
    data[place++] = m;
    for (const [c, { slopes, offset }] of recoloured.entries()) {
      for (const [j, slope] of slopes.entries())
        data[place++] = kept * slope.data[i]! - (j === c ? replaced : 0);
      data[place++] = kept * offset.data[i]! + replaced * edited.rgb[3 * i + c]!;
    }
  }
  return { width: mask.width, height: mask.height, data };
}

/** What has to be known for the pixels of a mask. */
function reachOf({ width, height, data }: Plane): Area {
  const box = boxOf({ width, height, data: Uint8Array.from(data, (value) => Number(value > 0)) })!;
  const [left, top] = [Math.max(0, box.left - REACH), Math.max(0, box.top - REACH)];
  return {
    left,
    top,
    width: Math.min(width, box.left + box.width + REACH) - left,
    height: Math.min(height, box.top + box.height + REACH) - top,
  };
}

/** All of the picture is the edit; a share of what the model cannot draw of the original lies over it, where both are alike. */
function wholeField({ picture, edited }: Drawings, detail: number): ChangeField {
  const likeness = likenessOf(lumaOf(edited), lumaOf(picture));
  const data = new Float32Array(likeness.data.length * FIELD_CHANNELS);
  for (let i = 0; i < likeness.data.length; i++) {
    const share = detail * between(likeness.data[i]!, NEW_BELOW, SAME_ABOVE);
    let place = i * FIELD_CHANNELS;
    data[place++] = 1;
    for (let c = 0; c < 3; c++) {
      for (let j = 0; j < 3; j++) data[place++] = j === c ? share - 1 : 0;
      data[place++] = edited.rgb[3 * i + c]! - share * picture.rgb[3 * i + c]!;
    }
  }
  return { width: likeness.width, height: likeness.height, data };
}

/** How alike the structure is around each pixel, -1 to 1: SSIM's second factor (Wang et al. 2004, equation 9). */
function likenessOf(a: Plane, b: Plane): Plane {
  const [meanA, meanB] = [boxMean(a, WINDOW), boxMean(b, WINDOW)];
  const [ofA, ofB, ofBoth] = [product(a, a), product(b, b), product(a, b)].map((x) => boxMean(x, WINDOW));
  return planeOf(a, (i) => {
    const [x, y] = [meanA.data[i]!, meanB.data[i]!];
    const variances = ofA!.data[i]! - x * x + (ofB!.data[i]! - y * y);
    return (2 * (ofBoth!.data[i]! - x * y) + FLAT ** 2) / (variances + FLAT ** 2);
  });
}

/** Of the three colours. */
export function largestDifference(a: Picture, b: Picture): Plane {
  return planeOf(a, (i) => {
    const of = (channel: number) => Math.abs(a.rgb[3 * i + channel]! - b.rgb[3 * i + channel]!);
    return Math.max(of(0), of(1), of(2));
  });
}

/** Where a value lies between two others, 0 to 1. */
const between = (value: number, low: number, high: number): number =>
  Math.min(1, Math.max(0, (value - low) / (high - low)));

function meanWhere({ data }: Plane, marked: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (const [i, value] of data.entries()) {
    if (marked[i] === 0) continue;
    sum += value;
    count += 1;
  }
  return sum / count;
}
