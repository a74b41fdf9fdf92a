/**
 * @file Styles as filters of raw pixels. They change colour and texture within a few pixels and leave the
 * layout alone. Repeating textures have a period of 8 pixels, the cell of the latent grid, so that a small
 * autoencoder can hold them.
 */
import { Random } from './random.ts';
import { PICTURE_SIDE as N } from './scene.ts';
import type { Style } from './vocabulary.ts';

/** RGB picture, 3 bytes a pixel, row by row. */
type Pixels = Uint8ClampedArray;
type Filter = (source: Pixels, seed: number) => Pixels;

function at(source: Pixels, x: number, y: number, channel: number): number {
  const cx = Math.min(N - 1, Math.max(0, x));
  const cy = Math.min(N - 1, Math.max(0, y));
  return source[(cy * N + cx) * 3 + channel]!;
}

function map(source: Pixels, colour: (x: number, y: number, c: number) => number): Pixels {
  const out = new Uint8ClampedArray(source.length);
  for (let y = 0, i = 0; y < N; y++) {
    for (let x = 0; x < N; x++) for (let c = 0; c < 3; c++, i++) out[i] = colour(x, y, c);
  }
  return out;
}

function blur(source: Pixels): Pixels {
  return map(source, (x, y, c) => {
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) sum += at(source, x + dx, y + dy, c);
    return sum / 9;
  });
}

/** Strength of the edge at a pixel, 0 to about 1. */
function edges(source: Pixels): Float32Array {
  const out = new Float32Array(N * N);
  for (let y = 0; y < N; y++) {
    for (let x = 0; x < N; x++) {
      let strongest = 0;
      for (let c = 0; c < 3; c++) {
        const dx = at(source, x + 1, y, c) - at(source, x - 1, y, c);
        const dy = at(source, x, y + 1, c) - at(source, x, y - 1, c);
        strongest = Math.max(strongest, Math.abs(dx) + Math.abs(dy));
      }
      out[y * N + x] = Math.min(1, strongest / 255);
    }
  }
  return out;
}

/** Smooth random field in -1..1 with bumps about `cell` pixels wide. */
function cloudField(seed: number, cell: number): (x: number, y: number) => number {
  const random = new Random(seed);
  const side = Math.ceil(N / cell) + 2;
  const grid = Float32Array.from({ length: side * side }, () => random.between(-1, 1));
  const ease = (t: number): number => t * t * (3 - 2 * t);
  return (x, y) => {
    const [gx, gy] = [Math.floor(x / cell), Math.floor(y / cell)];
    const [u, v] = [ease(x / cell - gx), ease(y / cell - gy)];
    const corner = (dx: number, dy: number): number => grid[(gy + dy) * side + gx + dx]!;
    return (
      (corner(0, 0) * (1 - u) + corner(1, 0) * u) * (1 - v) + (corner(0, 1) * (1 - u) + corner(1, 1) * u) * v
    );
  };
}

/** Soft wavering edges, darker rims, uneven pigment, white paper shining through. */
const watercolor: Filter = (source, seed) => {
  const [shiftX, shiftY] = [cloudField(seed + 1, 16), cloudField(seed + 2, 16)];
  const pigment = cloudField(seed + 3, 28);
  const moved = map(source, (x, y, c) =>
    at(source, Math.round(x + 1.6 * shiftX(x, y)), Math.round(y + 1.6 * shiftY(x, y)), c),
  );
  const soft = blur(moved);
  const rim = edges(soft);
  return map(soft, (x, y, c) => {
    const colour = soft[(y * N + x) * 3 + c]!;
    const washed = 255 - (255 - colour) * (0.74 + 0.16 * pigment(x, y));
    const grain = ((x >> 1) + (y >> 1)) % 4 === 0 ? 5 : 0;
    return washed - 50 * rim[y * N + x]! - grain;
  });
};

/** Grey outlines and slanted coloured hatching on white paper. */
const pencil: Filter = (source) => {
  const rim = edges(source);
  return map(source, (x, y, c) => {
    const colour = source[(y * N + x) * 3 + c]!;
    const luma = 0.3 * at(source, x, y, 0) + 0.59 * at(source, x, y, 1) + 0.11 * at(source, x, y, 2);
    const stroke = (x + y) % 4 < 2 ? 0.92 : 0.42;
    const tinted = 252 - (252 - (0.85 * colour + 0.15 * luma)) * stroke;
    return tinted - (tinted - 45) * Math.min(0.9, 1.5 * Math.max(0, rim[y * N + x]! - 0.2));
  });
};

/** Blocks of 4 x 4 pixels and few tones, like the screen of an old game. */
const pixel: Filter = (source) => {
  const tone = (value: number): number => Math.round(value / 25.5) * 25.5;
  return map(source, (x, y, c) => {
    const [bx, by] = [x & ~3, y & ~3];
    let sum = 0;
    for (let dy = 0; dy < 4; dy++) for (let dx = 0; dx < 4; dx++) sum += at(source, bx + dx, by + dy, c);
    return tone(sum / 16);
  });
};

/** Tiles of 8 pixels, cut along shapes, with pale grout and bevelled edges. */
const mosaic: Filter = (source) => {
  const soft = blur(source);
  return map(source, (x, y, c) => {
    const row = y >> 3;
    const u = (x + (row % 2) * 4) & 7;
    const v = y & 7;
    const [cx, cy] = [x - u + 4, (row << 3) + 4];
    const colour = 0.6 * source[(y * N + x) * 3 + c]! + 0.4 * at(soft, cx, cy, c);
    if (u === 0 || v === 0) return 0.5 * colour + 0.5 * 200;
    if (u === 1 || v === 1) return colour + 18;
    if (u === 7 || v === 7) return colour * 0.82;
    return colour;
  });
};

const FILTERS: Readonly<Record<Style, Filter>> = {
  flat: (source) => source,
  watercolor,
  pencil,
  pixel,
  mosaic,
};

/** Applies a style to a flat picture. */
export function applyStyle(style: Style, source: Pixels, layoutSeed: number): Pixels {
  return FILTERS[style](source, layoutSeed);
}
