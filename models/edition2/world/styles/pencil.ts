/** @file Pencil: graphite outlines and slanted hatching on paper, with a faint coloured pencil beneath. */
import { blur, type Field, luma, noise, ramp } from '../fields.ts';
import { lightObjects } from '../light.ts';
import { compose, partEdges, type StyleOf, toPixels } from './compose.ts';
import { SHADE, SOFT } from './flat.ts';

const PAPER = [250, 247, 239] as const;
const GRAPHITE = [58, 58, 66] as const;
/** Distance of hatching lines along a row, in pixels of the scene: one cell of the latent grid. */
const HATCH = 8;

/** Strength of brightness edges, 0 to 1. */
function brightnessEdges(bright: Field, side: number, zoom: number): Field {
  const soft = blur(bright, side, zoom);
  const out = new Float32Array(bright.length);
  for (let p = side; p < out.length - side; p++) {
    const dx = soft[p + 1]! - soft[p - 1]!;
    const dy = soft[p + side]! - soft[p - side]!;
    out[p] = ramp(4, 24, Math.sqrt(dx * dx + dy * dy) * zoom);
  }
  return out;
}

export const pencil: StyleOf = {
  outlined: false,
  paint: (layers, seed) => {
    const { side, zoom } = layers;
    const picture = compose(layers, layers.background, lightObjects(layers, SOFT), SHADE);
    const bright = luma(picture);
    const edges = brightnessEdges(bright, side, zoom);
    const outlines = partEdges(layers, 2.2);
    const [hand, pressure] = [noise(seed + 6, 40, side), noise(seed + 7, 26, side)];
    for (let y = 0, p = 0; y < side; y++) {
      for (let x = 0; x < side; x++, p++) {
        const dark = 0.8 * (1 - bright[p]! / 255);
        const along = (x + y) / zoom + 2.5 * hand[p]!;
        const across = (x - y) / zoom + 2.5 * hand[p]!;
        const stroke = 0.5 + 0.5 * Math.cos((2 * Math.PI * along) / HATCH);
        const second = ramp(0.5, 0.85, dark) * (0.5 + 0.5 * Math.cos((2 * Math.PI * across) / HATCH));
        const hatch = 0.62 * ramp(0.04, 0.95, dark) * (0.2 + 0.8 * stroke) + 0.2 * second;
        const inside = layers.cover[p]!;
        const line =
          Math.max(0.92 * outlines[p]!, (0.62 - 0.32 * inside) * edges[p]!) * (0.9 + 0.1 * pressure[p]!);
        const ink = Math.min(0.92, Math.max(hatch * (0.95 + 0.15 * pressure[p]!), line));
        for (let c = 0; c < 3; c++) {
          const tint = (0.66 + 0.14 * stroke) * (PAPER[c]! - Math.min(PAPER[c]!, picture[c]![p]! + 16));
          const paper = PAPER[c]! - tint;
          picture[c]![p] = paper + (GRAPHITE[c]! - paper) * ink * (0.62 + 0.38 * line);
        }
      }
    }
    return toPixels(picture);
  },
};
