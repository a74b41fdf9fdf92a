/** @file Mosaic: square tiles, cut along the objects' parts and along strong edges, with pale grout and bevelled edges. */
import { type Field, luma, ramp } from '../fields.ts';
import type { Layers } from '../layers.ts';
import { lightObjects } from '../light.ts';
import { mixSeed } from '../random.ts';
import { compose, partEdges, type StyleOf, toPixels } from './compose.ts';
import { SHADE, SOFT } from './flat.ts';

/** Tiles in a row of the picture. */
const TILES = 24;
const GROUT = [205, 198, 187] as const;
/** A tile is cut in two where its brightness differs by more than this. */
const CUT = 44;
/** How much brighter or darker than its part of the picture a tile may be. */
const VARIETY = 7;

/** Parts that two objects may have together, as a power of two. */
const PARTS = 64;
/** Pieces of a picture: of every tile one for every part, in bright and in dark. */
const PIECES = TILES * TILES * PARTS * 2;

/** Which piece of a tile each pixel belongs to: pieces of one tile differ by part, or by bright and dark. */
function cutPieces({ side, parts }: Layers, bright: Field): Uint32Array {
  const pieces = new Uint32Array(parts.length);
  const darkest = new Float32Array(PIECES).fill(255);
  const brightest = new Float32Array(PIECES);
  for (let y = 0, p = 0; y < side; y++) {
    const row = Math.floor((y * TILES) / side);
    for (let x = 0; x < side; x++, p++) {
      const piece = 2 * ((row * TILES + Math.floor((x * TILES) / side)) * PARTS + parts[p]!);
      pieces[p] = piece;
      darkest[piece] = Math.min(darkest[piece]!, bright[p]!);
      brightest[piece] = Math.max(brightest[piece]!, bright[p]!);
    }
  }
  for (let p = 0; p < pieces.length; p++) {
    const piece = pieces[p]!;
    const [low, high] = [darkest[piece]!, brightest[piece]!];
    if (high - low > CUT && bright[p]! > (low + high) / 2) pieces[p] = piece + 1;
  }
  return pieces;
}

/** Replaces the colour of every piece by its mean. */
function melt(plane: Field, pieces: Uint32Array, counts: Uint32Array): void {
  const sums = new Float32Array(PIECES);
  for (let p = 0; p < plane.length; p++) sums[pieces[p]!] = sums[pieces[p]!]! + plane[p]!;
  for (let p = 0; p < plane.length; p++) plane[p] = sums[pieces[p]!]! / counts[pieces[p]!]!;
}

export const mosaic: StyleOf = {
  outlined: false,
  paint: (layers, seed) => {
    const { side, zoom } = layers;
    const picture = compose(layers, layers.background, lightObjects(layers, SOFT), SHADE);
    const pieces = cutPieces(layers, luma(picture));
    const counts = new Uint32Array(PIECES);
    for (let p = 0; p < pieces.length; p++) counts[pieces[p]!] = counts[pieces[p]!]! + 1;
    for (const plane of picture) melt(plane, pieces, counts);
    const cuts = partEdges(layers, 1.4);
    const own = Float32Array.from(
      { length: TILES * TILES },
      (_, tile) => VARIETY * ((mixSeed(tile, seed) % 201) / 100 - 1),
    );
    const tile = side / TILES;
    const width = tile / zoom;
    for (let y = 0, p = 0; y < side; y++) {
      const v = (y % tile) / zoom;
      const row = Math.floor(y / tile) * TILES;
      for (let x = 0; x < side; x++, p++) {
        const u = (x % tile) / zoom;
        const rim = Math.min(u, v, width - u, width - v);
        const joint = Math.max(rim > 1.5 ? 0 : 0.8 * (1 - ramp(0.4, 1.5, rim)), 0.75 * cuts[p]!);
        const bevel = rim > 3 ? 0 : Math.min(u, v) < 3 ? 13 : -17;
        const lift = bevel + own[row + Math.floor(x / tile)]!;
        for (let c = 0; c < 3; c++) {
          const colour = picture[c]![p]! + lift;
          picture[c]![p] = colour + 0.5 * (GROUT[c]! - colour) * joint;
        }
      }
    }
    return toPixels(picture);
  },
};
