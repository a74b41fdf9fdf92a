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

/** Which piece of a tile each pixel belongs to: pieces of one tile differ by part, or by bright and dark. */
function cutPieces({ side, parts }: Layers, bright: Field): Uint32Array {
  const pieces = new Uint32Array(parts.length);
  const darkest = new Map<number, number>();
  const brightest = new Map<number, number>();
  for (let y = 0, p = 0; y < side; y++) {
    const row = Math.floor((y * TILES) / side);
    for (let x = 0; x < side; x++, p++) {
      const piece = (row * TILES + Math.floor((x * TILES) / side)) * 256 + parts[p]!;
      pieces[p] = piece;
      const value = bright[p]!;
      if (!(value >= darkest.get(piece)!)) darkest.set(piece, value);
      if (!(value <= brightest.get(piece)!)) brightest.set(piece, value);
    }
  }
  for (let p = 0; p < pieces.length; p++) {
    const [low, high] = [darkest.get(pieces[p]!)!, brightest.get(pieces[p]!)!];
    pieces[p] = 2 * pieces[p]! + (high - low > CUT && bright[p]! > (low + high) / 2 ? 1 : 0);
  }
  return pieces;
}

export const mosaic: StyleOf = {
  outlined: false,
  paint: (layers, seed) => {
    const { side, zoom } = layers;
    const picture = compose(layers, layers.background, lightObjects(layers, SOFT), SHADE);
    const pieces = cutPieces(layers, luma(picture));
    const sums = new Map<number, [number, number, number, number]>();
    for (let p = 0; p < pieces.length; p++) {
      let sum = sums.get(pieces[p]!);
      if (sum === undefined) {
        sum = [0, 0, 0, 0];
        sums.set(pieces[p]!, sum);
      }
      for (let c = 0; c < 3; c++) sum[c] = sum[c]! + picture[c]![p]!;
      sum[3] += 1;
    }
    const cuts = partEdges(layers, 1.4);
    const tile = side / TILES;
    for (let y = 0, p = 0; y < side; y++) {
      const v = (y % tile) / zoom;
      for (let x = 0; x < side; x++, p++) {
        const u = (x % tile) / zoom;
        const rim = Math.min(u, v, tile / zoom - u, tile / zoom - v);
        const joint = Math.max(0.8 * (1 - ramp(0.4, 1.5, rim)), 0.75 * cuts[p]!);
        const bevel = rim > 3 ? 0 : Math.min(u, v) < 3 ? 13 : -17;
        const [red, green, blue, count] = sums.get(pieces[p]!)!;
        const own = VARIETY * ((mixSeed(pieces[p]! >> 9, seed) % 201) / 100 - 1);
        for (const [c, total] of [red, green, blue].entries()) {
          const colour = total / count + bevel + own;
          const grout = 0.5 * colour + 0.5 * GROUT[c]!;
          picture[c]![p] = colour + (grout - colour) * joint;
        }
      }
    }
    return toPixels(picture);
  },
};
