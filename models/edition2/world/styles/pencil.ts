/** @file Pencil: graphite outlines and slanted hatching on paper, with a faint coloured pencil beneath. */
import { blur, type Field, luma, noise, type Planes, ramp } from '../fields.ts';
import { lightObjects } from '../light.ts';
import { PICTURE_SIDE } from '../scene.ts';
import { compose, partEdges, type StyleOf, toPixels } from './compose.ts';
import { SHADE, SOFT } from './flat.ts';

const PAPER = [250, 247, 239] as const;
const GRAPHITE = [54, 54, 62] as const;
/** Distance of hatching lines along a row, in pixels of the scene: one cell of the latent grid. */
const HATCH = 8;

/** Lines where the brightness of planes changes, 0 to 1. */
function contours(planes: Planes, side: number): Field {
  const zoom = side / PICTURE_SIDE;
  const soft = blur(luma(planes), side, zoom);
  const out = new Float32Array(soft.length);
  for (let p = side; p < out.length - side; p++) {
    const dx = soft[p + 1]! - soft[p - 1]!;
    const dy = soft[p + side]! - soft[p - side]!;
    out[p] = ramp(6, 30, Math.sqrt(dx * dx + dy * dy) * zoom);
  }
  return out;
}

/** Contours of surroundings that were drawn before. */
const known = new WeakMap<Planes, Field>();

export const pencil: StyleOf = {
  outlined: false,
  paint: (layers, seed) => {
    const { side, zoom, background, cover } = layers;
    const picture = compose(layers, background, lightObjects(layers, SOFT), SHADE);
    const bright = luma(picture);
    const behind = known.get(background) ?? contours(background, side);
    known.set(background, behind);
    const [red, green, blue] = layers.colours;
    const rows = (field: Field): Field => field.subarray(layers.begin, layers.end);
    const inside = new Float32Array(cover.length);
    inside.set(contours([rows(red), rows(green), rows(blue)], side), layers.begin);
    const outlines = partEdges(layers, 2);
    const [hand, pressure] = [noise(seed + 6, 40, side), noise(seed + 7, 26, side)];
    for (let y = 0, p = 0; y < side; y++) {
      for (let x = 0; x < side; x++, p++) {
        const object = cover[p]!;
        const border = Math.min(x, y, side - 1 - x, side - 1 - y) / zoom + 9 * pressure[p]!;
        const drawn = object + (1 - object) * ramp(-2, 26, border);
        const dark = 0.82 * (1 - bright[p]! / 255);
        const along = (x + y) / zoom + 2.5 * hand[p]!;
        const across = (x - y) / zoom + 2.5 * hand[p]!;
        const stroke = 0.5 + 0.5 * Math.cos((2 * Math.PI * along) / HATCH);
        const second = ramp(0.45, 0.8, dark) * (0.5 + 0.5 * Math.cos((2 * Math.PI * across) / HATCH));
        const hatch = (0.58 * ramp(0.03, 0.95, dark) * (0.2 + 0.8 * stroke) + 0.2 * second) * drawn;
        const outline = ramp(0.2, 0.8, outlines[p]!);
        const detail = (object * inside[p]! + (1 - object) * behind[p]!) * 0.45;
        const line = Math.max(outline, detail * drawn) * (0.9 + 0.1 * pressure[p]!);
        const ink = Math.min(0.94, Math.max(hatch * (0.95 + 0.15 * pressure[p]!), line));
        const tinge = (0.38 + 0.22 * object + 0.2 * stroke) * drawn;
        for (let c = 0; c < 3; c++) {
          const tint = tinge * (PAPER[c]! - Math.min(PAPER[c]!, picture[c]![p]! + 10));
          const paper = PAPER[c]! - tint;
          picture[c]![p] = paper + (GRAPHITE[c]! - paper) * ink * (0.58 + 0.36 * line);
        }
      }
    }
    return toPixels(picture);
  },
};
