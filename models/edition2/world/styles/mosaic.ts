/** @file Mosaic: tiles laid like bricks, cut along the objects' parts and patterns, with pale grout and bevelled edges. */
import { luma } from '../fields.ts';
import { lightObjects } from '../light.ts';
import { compose, partEdges, type StyleOf, toPixels } from './compose.ts';
import { SHADE, SOFT } from './flat.ts';

/** Side of a tile, in pixels of the scene. */
const TILE = 12;
const GROUT = [206, 200, 190] as const;
/** A tile is cut where brightness crosses from one of these steps into the next. */
const STEPS = 4;

export const mosaic: StyleOf = {
  outlined: false,
  paint: (layers) => {
    const { side, zoom, parts } = layers;
    const picture = compose(layers, layers.background, lightObjects(layers, SOFT), SHADE);
    const unlit = luma(layers.colours);
    const columns = Math.ceil(256 / TILE) + 2;
    const pieces = new Map<number, [number, number, number, number]>();
    const keys = new Uint32Array(parts.length);
    for (let y = 0, p = 0; y < side; y++) {
      const row = Math.floor(y / zoom / TILE);
      for (let x = 0; x < side; x++, p++) {
        const column = Math.floor((x / zoom + (row % 2) * (TILE / 2)) / TILE);
        const tone = parts[p] === 0 ? 0 : Math.min(STEPS - 1, Math.floor((unlit[p]! * STEPS) / 256));
        const key = ((row * columns + column) * 256 + parts[p]!) * STEPS + tone;
        keys[p] = key;
        let piece = pieces.get(key);
        if (piece === undefined) {
          piece = [0, 0, 0, 0];
          pieces.set(key, piece);
        }
        for (let c = 0; c < 3; c++) piece[c] = piece[c]! + picture[c]![p]!;
        piece[3] += 1;
      }
    }
    const cuts = partEdges(layers, 1.6);
    for (let y = 0, p = 0; y < side; y++) {
      const row = Math.floor(y / zoom / TILE);
      for (let x = 0; x < side; x++, p++) {
        const u = (x / zoom + (row % 2) * (TILE / 2)) % TILE;
        const v = (y / zoom) % TILE;
        const piece = pieces.get(keys[p]!)!;
        const grout = u < 1.6 || v < 1.6 ? 0.72 : 0;
        const bevel = u < 3.4 || v < 3.4 ? 14 : u > TILE - 1.8 || v > TILE - 1.8 ? -20 : 0;
        const joint = Math.max(grout, 0.8 * cuts[p]!);
        for (let c = 0; c < 3; c++) {
          const tile = piece[c]! / piece[3] + bevel;
          picture[c]![p] = tile + (0.35 * tile + 0.65 * GROUT[c]! - tile) * joint;
        }
      }
    }
    return toPixels(picture);
  },
};
