/** @file Fields of numbers over a picture: soft blurs and smooth random fields, fast enough to draw thousands of scenes. */
import { mixSeed, Random } from './random.ts';
import { PICTURE_SIDE } from './scene.ts';

/** One number a pixel, row by row. */
export type Field = Float32Array;
/** Red, green and blue fields, 0 to 255. */
export type Planes = readonly [Field, Field, Field];

/** Three empty planes of a square picture. */
export function emptyPlanes(side: number): Planes {
  return [new Float32Array(side * side), new Float32Array(side * side), new Float32Array(side * side)];
}

/** A running mean along every row, over `r` pixels to each side. */
function meanOfRows(source: Field, target: Field, width: number, r: number): void {
  const share = 1 / (2 * r + 1);
  for (let start = 0; start < source.length; start += width) {
    const last = start + width - 1;
    let sum = source[start]! * (r + 1);
    for (let i = 1; i <= r; i++) sum += source[Math.min(start + i, last)]!;
    for (let p = start; p <= last; p++) {
      target[p] = sum * share;
      sum += source[Math.min(p + r + 1, last)]! - source[Math.max(p - r, start)]!;
    }
  }
}

/** A running mean down every column; all columns together, row after row, as memory lies. */
function meanOfColumns(source: Field, target: Field, width: number, r: number): void {
  const share = 1 / (2 * r + 1);
  const last = source.length - width;
  const sums = new Float32Array(width);
  for (let i = -r; i <= r; i++) {
    const row = Math.min(last, Math.max(0, i * width));
    for (let x = 0; x < width; x++) sums[x] = sums[x]! + source[row + x]!;
  }
  for (let start = 0; start <= last; start += width) {
    const enter = Math.min(start + (r + 1) * width, last);
    const leave = Math.max(start - r * width, 0);
    for (let x = 0; x < width; x++) {
      target[start + x] = sums[x]! * share;
      sums[x] = sums[x]! + source[enter + x]! - source[leave + x]!;
    }
  }
}

/** A copy, blurred by `passes` box blurs of some radius in pixels (two passes look like a Gaussian). */
export function blur(field: Field, width: number, radius: number, passes = 2): Field {
  const r = Math.round(radius);
  const out = field.slice();
  if (r < 1) return out;
  const turn = new Float32Array(field.length);
  for (let pass = 0; pass < passes; pass++) {
    meanOfRows(out, turn, width, r);
    meanOfColumns(turn, out, width, r);
  }
  return out;
}

/** Brightness of planes, 0 to 255. */
export function luma([red, green, blue]: Planes): Field {
  const out = new Float32Array(red.length);
  for (let p = 0; p < out.length; p++) out[p] = 0.3 * red[p]! + 0.59 * green[p]! + 0.11 * blue[p]!;
  return out;
}

/** Smoothly 0 below `low` and 1 above `high`. */
export function ramp(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

const noises = new Map<string, Field>();

/** A smooth random field in -1..1 with bumps about `cell` pixels of the scene wide. */
export function noise(seed: number, cell: number, side: number): Field {
  const key = `${seed}/${cell}/${side}`;
  const known = noises.get(key);
  if (known !== undefined) return known;
  const random = new Random(mixSeed(seed, cell));
  const columns = Math.ceil(PICTURE_SIDE / cell) + 2;
  const grid = Float32Array.from({ length: columns * columns }, () => random.between(-1, 1));
  const out = new Float32Array(side * side);
  const step = PICTURE_SIDE / side / cell;
  for (let y = 0, p = 0; y < side; y++) {
    const row = Math.floor(y * step);
    const v = ramp(0, 1, y * step - row);
    for (let x = 0; x < side; x++, p++) {
      const column = Math.floor(x * step);
      const u = ramp(0, 1, x * step - column);
      const i = row * columns + column;
      const top = grid[i]! * (1 - u) + grid[i + 1]! * u;
      const bottom = grid[i + columns]! * (1 - u) + grid[i + columns + 1]! * u;
      out[p] = top * (1 - v) + bottom * v;
    }
  }
  if (noises.size > 200) noises.clear();
  noises.set(key, out);
  return out;
}
