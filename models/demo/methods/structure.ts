/**
 * @file Structure distance without a network: how far apart the self-similarities of two pictures are.
 *
 * The paper's measure (Tumanyan et al. 2022) compares the cosine self-similarity of DINO's keys. Here the tokens are
 * cells of 8 x 8 pixels and their keys histograms of oriented gradients (Dalal and Triggs 2005), so that colours and
 * textures do not count, and shapes and their places do.
 */

import type { Picture } from '../../../daemon/src/imaging/picture.ts';

const CELL = 8;
const ORIENTATIONS = 9;

/** Mean squared difference of the two cosine self-similarity matrices; 0 for equal structure. Pictures of one size. */
export function structureDistance(a: Picture, b: Picture): number {
  const [similaritiesA, similaritiesB] = [selfSimilarity(a), selfSimilarity(b)];
  const squares = similaritiesA.reduce((sum, x, i) => sum + (x - similaritiesB[i]!) ** 2, 0);
  return squares / similaritiesA.length;
}

/** Cosines between the cells' histograms, [cells * cells]. */
function selfSimilarity(picture: Picture): Float64Array {
  const cells = histograms(picture);
  const norms = cells.map((cell) => Math.hypot(...cell));
  return Float64Array.from({ length: cells.length ** 2 }, (_, k) => {
    const [i, j] = [Math.floor(k / cells.length), k % cells.length];
    const dot = cells[i]!.reduce((sum, x, o) => sum + x * cells[j]![o]!, 0);
    // Flat cells are like each other and like nothing else.
    if (norms[i] === 0 || norms[j] === 0) return norms[i] === norms[j] ? 1 : 0;
    return dot / (norms[i]! * norms[j]!);
  });
}

/** For each cell, how much gradient there is in each orientation. */
function histograms({ width, height, rgb }: Picture): number[][] {
  const columns = Math.floor(width / CELL);
  const cells = Array.from({ length: columns * Math.floor(height / CELL) }, () =>
    new Array<number>(ORIENTATIONS).fill(0),
  );
  const grey = (x: number, y: number) => {
    const at = 3 * (Math.min(Math.max(y, 0), height - 1) * width + Math.min(Math.max(x, 0), width - 1));
    return 0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!;
  };
  for (let y = 0; y < Math.floor(height / CELL) * CELL; y++) {
    for (let x = 0; x < columns * CELL; x++) {
      const [dx, dy] = [grey(x + 1, y) - grey(x - 1, y), grey(x, y + 1) - grey(x, y - 1)];
      const angle = (Math.atan2(dy, dx) + Math.PI) % Math.PI;
      const bin = Math.min(ORIENTATIONS - 1, Math.floor((angle / Math.PI) * ORIENTATIONS));
      cells[Math.floor(y / CELL) * columns + Math.floor(x / CELL)]![bin]! += Math.hypot(dx, dy);
    }
  }
  return cells;
}
