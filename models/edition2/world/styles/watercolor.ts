/** @file Watercolour: pigment that pools at wavering edges, washes of uneven strength, paper shining through. */
import { blur, type Field, noise, type Planes, ramp } from '../fields.ts';
import { lightObjects } from '../light.ts';
import { PICTURE_SIDE } from '../scene.ts';
import { compose, partEdges, type StyleOf, toPixels } from './compose.ts';
import { SHADE, SOFT } from './flat.ts';

const PAPER = [252, 249, 241] as const;

/** Every pixel of some fields moves by a smooth random step, as wet paint runs. */
function runWet(fields: readonly Field[], side: number, big: Field, small: Field): Field[] {
  const zoom = side / PICTURE_SIDE;
  const out = fields.map(({ length }) => new Float32Array(length));
  const last = side - 1.001;
  for (let y = 0, p = 0; y < side; y++) {
    for (let x = 0; x < side; x++, p++) {
      const [dx, dy] = [1.7 * big[p]!, 0.8 * small[p]!];
      const sx = Math.min(last, Math.max(0, x + zoom * (dy + dx)));
      const sy = Math.min(last, Math.max(0, y + zoom * (dy - dx)));
      const [ix, iy] = [Math.floor(sx), Math.floor(sy)];
      const [u, v] = [sx - ix, sy - iy];
      const q = iy * side + ix;
      for (let i = 0; i < fields.length; i++) {
        const field = fields[i]!;
        const top = field[q]! + (field[q + 1]! - field[q]!) * u;
        const below = field[q + side]! + (field[q + side + 1]! - field[q + side]!) * u;
        out[i]![p] = top + (below - top) * v;
      }
    }
  }
  return out;
}

/** How much pigment the paper takes: uneven washes everywhere, and for surroundings the painting's ragged border. */
interface Paper {
  readonly wash: Field;
  readonly border: Field;
}
const papers = new Map<string, Paper>();

function paperOf(seed: number, side: number): Paper {
  const key = `${seed}/${side}`;
  const known = papers.get(key);
  if (known !== undefined) return known;
  const [wide, bloom, frame] = [
    noise(seed + 3, 48, side),
    noise(seed + 4, 17, side),
    noise(seed + 5, 14, side),
  ];
  const zoom = side / PICTURE_SIDE;
  const wash = wide.map((value, p) => 0.84 + 0.13 * value + 0.09 * bloom[p]!);
  const border = new Float32Array(side * side);
  for (let y = 0, p = 0; y < side; y++) {
    for (let x = 0; x < side; x++, p++) {
      const inside = Math.min(x, y, side - 1 - x, side - 1 - y) / zoom - 8 - 4 * frame[p]!;
      border[p] = ramp(-2, 2, inside) * (1 + 0.16 * (1 - ramp(1, 6, inside)));
    }
  }
  papers.set(key, { wash, border });
  return { wash, border };
}

export const watercolor: StyleOf = {
  outlined: false,
  paint: (layers, seed) => {
    const { side, zoom } = layers;
    const picture = compose(layers, layers.background, lightObjects(layers, SOFT), SHADE);
    const waver = [noise(seed + 1, 22, side), noise(seed + 2, 9, side)] as const;
    const [red, green, blue, rim, cover] = runWet(
      [...picture, partEdges(layers, 3.2), layers.cover],
      side,
      ...waver,
    );
    const { wash, border } = paperOf(seed, side);
    const wet: Planes = [red!, green!, blue!];
    for (let c = 0; c < 3; c++) {
      const plane = wet[c]!;
      const soft = blur(plane, side, zoom);
      const around = blur(soft, side, 4 * zoom);
      for (let p = 0; p < plane.length; p++) {
        const pigment = Math.max(0, 255 - soft[p]! + 0.45 * (around[p]! - soft[p]!));
        const inside = border[p]! + (1 - border[p]!) * cover![p]!;
        const strength = Math.min(1, wash[p]! * inside * (1 + 0.32 * rim![p]!));
        plane[p] = PAPER[c]! * (1 - (strength * pigment) / 255);
      }
    }
    return toPixels(wet);
  },
};
