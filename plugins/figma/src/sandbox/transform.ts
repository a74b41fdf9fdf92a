/**
 * @file Affine maps. Figma writes them in rows, [[a, c, e], [b, d, f]], with axes of length 1: sizes are apart. Messages
 * have them as SVG does.
 */

import type { Matrix } from '@palimpsest/sdk/host-data';

export interface Box {
  readonly width: number;
  readonly height: number;
}

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

export const fromFigma = ([[a, c, e], [b, d, f]]: Transform): Matrix => [a, b, c, d, e, f];
export const toFigma = ([a, b, c, d, e, f]: Matrix): Transform => [
  [a, c, e],
  [b, d, f],
];

export const scaling = (x: number, y: number): Matrix => [x, 0, 0, y, 0, 0];
export const translation = (x: number, y: number): Matrix => [1, 0, 0, 1, x, y];

/** The map that does `inner` first, then `outer`. */
export const compose = (outer: Matrix, inner: Matrix): Matrix => {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
};

/** The map that undoes one; of a map that flattens everything there is none. */
export function inverse([a, b, c, d, e, f]: Matrix): Matrix | null {
  const size = a * d - b * c;
  if (!(Math.abs(size) > 1e-12)) return null;
  return [d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size];
}

/** Where the corners of a box come to lie, from the upper left one on, clockwise. */
export function cornersOf([a, b, c, d, e, f]: Matrix, { width, height }: Box): readonly [number, number][] {
  const corners = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ] as const;
  return corners.map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
}

/** The smallest upright rectangle around the corners. */
export function boundsOf(matrix: Matrix, box: Box): Box & { readonly x: number; readonly y: number } {
  const corners = cornersOf(matrix, box);
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** How far the corners of a box under one map lie from those under another, at most. */
export function distance(one: Matrix, other: Matrix, box: Box): number {
  const others = cornersOf(other, box);
  return Math.max(
    ...cornersOf(one, box).map(([x, y], i) => Math.hypot(x - others[i]![0], y - others[i]![1])),
  );
}
