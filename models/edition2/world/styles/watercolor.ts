/** @file Watercolour: pigment that pools at wavering edges, washes of uneven strength, paper shining through. */
import { blur, emptyPlanes, type Field, noise, type Planes, ramp } from '../fields.ts';
import { lightObjects } from '../light.ts';
import { compose, partEdges, type StyleOf, toPixels } from './compose.ts';
import { SHADE, SOFT } from './flat.ts';

const PAPER = [252, 249, 241] as const;

/** Every pixel moves by a smooth random step, as wet paint runs. */
function runWet(planes: Planes, side: number, dx: Field, dy: Field): Planes {
  const out = emptyPlanes(side);
  const last = side - 1.001;
  for (let y = 0, p = 0; y < side; y++) {
    for (let x = 0; x < side; x++, p++) {
      const sx = Math.min(last, Math.max(0, x + dx[p]!));
      const sy = Math.min(last, Math.max(0, y + dy[p]!));
      const [ix, iy] = [Math.floor(sx), Math.floor(sy)];
      const [u, v] = [sx - ix, sy - iy];
      const q = iy * side + ix;
      for (let c = 0; c < 3; c++) {
        const plane = planes[c]!;
        const top = plane[q]! + (plane[q + 1]! - plane[q]!) * u;
        const below = plane[q + side]! + (plane[q + side + 1]! - plane[q + side]!) * u;
        out[c]![p] = top + (below - top) * v;
      }
    }
  }
  return out;
}

export const watercolor: StyleOf = {
  outlined: false,
  paint: (layers, seed) => {
    const { side, zoom } = layers;
    const [big, small] = [noise(seed + 1, 22, side), noise(seed + 2, 9, side)];
    const waver = (sign: number): Field =>
      big.map((value, p) => zoom * (1.7 * value * sign + 0.8 * small[p]!));
    const picture = compose(layers, layers.background, lightObjects(layers, SOFT), SHADE);
    const wet = runWet(picture, side, waver(1), waver(-1));
    const [wash, bloom] = [noise(seed + 3, 48, side), noise(seed + 4, 17, side)];
    const rim = partEdges(layers, 3.2);
    const pooled = runWet([rim, rim, rim], side, waver(1), waver(-1))[0];
    const frame = noise(seed + 5, 14, side);
    for (let c = 0; c < 3; c++) {
      const soft = blur(wet[c]!, side, zoom);
      const around = blur(soft, side, 4 * zoom);
      const plane = wet[c]!;
      for (let y = 0, p = 0; y < side; y++) {
        for (let x = 0; x < side; x++, p++) {
          const border = Math.min(x, y, side - 1 - x, side - 1 - y) / zoom - 8 - 4 * frame[p]!;
          const pigment = Math.max(0, 255 - soft[p]! + 0.45 * (around[p]! - soft[p]!));
          const strength = (0.84 + 0.13 * wash[p]! + 0.09 * bloom[p]!) * (1 + 0.32 * pooled[p]!);
          const edge = ramp(-2, 2, border) * (1 + 0.16 * (1 - ramp(1, 6, border)));
          plane[p] = PAPER[c]! * (1 - (Math.min(1, strength * edge) * pigment) / 255);
        }
      }
    }
    return toPixels(wet);
  },
};
