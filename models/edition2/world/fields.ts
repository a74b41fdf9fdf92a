/** @file Fields of numbers over a picture: soft blurs and smooth random fields, fast enough to draw thousands of scenes. */
import { mixSeed, Random } from './random.ts';

/** One number a pixel, row by row. */
export type Field = Float32Array;
/** Red, green and blue fields, 0 to 255. */
export type Planes = readonly [Field, Field, Field];

/** Three empty planes of a square picture. */
export function emptyPlanes(side: number): Planes {
  return [new Float32Array(side * side), new Float32Array(side * side), new Float32Array(side * side)];
}

/** One pass of a running mean along lines of `length` values that lie `step` apart; lines start `stride` apart. */
function meanAlong(
  source: Field,
  target: Field,
  lines: number,
  stride: number,
  length: number,
  step: number,
  r: number,
): void {
  const share = 1 / (2 * r + 1);
  for (let line = 0; line < lines; line++) {
    const start = line * stride;
    const last = start + (length - 1) * step;
    let sum = source[start]! * (r + 1);
    for (let i = 1; i <= r; i++) sum += source[Math.min(start + i * step, last)]!;
    for (let i = 0, p = start; i < length; i++, p += step) {
      target[p] = sum * share;
      sum += source[Math.min(p + (r + 1) * step, last)]! - source[Math.max(p - r * step, start)]!;
    }
  }
}

/** A copy, blurred by `passes` box blurs of some radius in pixels (two passes look like a Gaussian). */
export function blur(field: Field, width: number, radius: number, passes = 2): Field {
  const r = Math.round(radius);
  const out = field.slice();
  if (r < 1) return out;
  const height = field.length / width;
  const turn = new Float32Array(field.length);
  for (let pass = 0; pass < passes; pass++) {
    meanAlong(out, turn, height, width, width, 1, r);
    meanAlong(turn, out, width, 1, height, width, r);
  }
  return out;
}

/** Brightness of planes, 0 to 255. */
export function luma([red, green, blue]: Planes): Field {
  return red.map((value, i) => 0.3 * value + 0.59 * green[i]! + 0.11 * blue[i]!);
}

/** Smoothly 0 below `low` and 1 above `high`. */
export function ramp(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

const noises = new Map<string, Field>();

/** A smooth random field in -1..1 with bumps about `cell` wide, where a picture is 256 wide whatever its pixels. */
export function noise(seed: number, cell: number, side: number): Field {
  const key = `${seed}/${cell}/${side}`;
  const known = noises.get(key);
  if (known !== undefined) return known;
  const random = new Random(mixSeed(seed, cell));
  const columns = Math.ceil(256 / cell) + 2;
  const grid = Float32Array.from({ length: columns * columns }, () => random.between(-1, 1));
  const out = new Float32Array(side * side);
  const step = 256 / side / cell;
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
