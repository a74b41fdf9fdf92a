/**
 * @file Styles as filters of raw pixels. They change colour and texture within a few pixels and leave the
 * layout alone. Repeating textures have a period of 8 pixels, the cell of the latent grid, so that a small
 * autoencoder can hold them.
 *
 * Lengths are pixels of the model's size. A larger drawing has `scale` pixels along each of them.
 */
import { Random } from './random.ts';
import { PICTURE_SIDE } from './scene.ts';
import type { Style } from './vocabulary.ts';

/** A square RGB picture, 3 bytes a pixel, row by row. */
interface Drawing {
  readonly rgb: Uint8ClampedArray;
  /** Of the drawing, in its own pixels. */
  readonly side: number;
  /** Of its pixels along one of the model's size. */
  readonly scale: number;
}
type Filter = (source: Drawing, seed: number) => Drawing;

function at({ rgb, side }: Drawing, x: number, y: number, channel: number): number {
  const cx = Math.min(side - 1, Math.max(0, x));
  const cy = Math.min(side - 1, Math.max(0, y));
  return rgb[(cy * side + cx) * 3 + channel]!;
}

function map(source: Drawing, colour: (x: number, y: number, c: number) => number): Drawing {
  const { side } = source;
  const rgb = new Uint8ClampedArray(source.rgb.length);
  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++) for (let c = 0; c < 3; c++, i++) rgb[i] = colour(x, y, c);
  }
  return { ...source, rgb };
}

function blur(source: Drawing): Drawing {
  const steps = [-source.scale, 0, source.scale];
  return map(source, (x, y, c) => {
    let sum = 0;
    for (const dy of steps) for (const dx of steps) sum += at(source, x + dx, y + dy, c);
    return sum / 9;
  });
}

/** Strength of the edge at a pixel, 0 to about 1. */
function edges(source: Drawing): Float32Array {
  const { side, scale } = source;
  const out = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let strongest = 0;
      for (let c = 0; c < 3; c++) {
        const dx = at(source, x + scale, y, c) - at(source, x - scale, y, c);
        const dy = at(source, x, y + scale, c) - at(source, x, y - scale, c);
        strongest = Math.max(strongest, Math.abs(dx) + Math.abs(dy));
      }
      out[y * side + x] = Math.min(1, strongest / 255);
    }
  }
  return out;
}

/** Smooth random field in -1..1 with bumps about `cell` pixels wide. */
function cloudField(seed: number, cell: number): (x: number, y: number) => number {
  const random = new Random(seed);
  const side = Math.ceil(PICTURE_SIDE / cell) + 2;
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
  const { side, scale } = source;
  const shift = 1.6 * scale;
  const moved = map(source, (x, y, c) => {
    const [u, v] = [x / scale, y / scale];
    return at(source, Math.round(x + shift * shiftX(u, v)), Math.round(y + shift * shiftY(u, v)), c);
  });
  const soft = blur(moved);
  const rim = edges(soft);
  return map(soft, (x, y, c) => {
    const [u, v] = [x / scale, y / scale];
    const washed = 255 - (255 - at(soft, x, y, c)) * (0.74 + 0.16 * pigment(u, v));
    const grain = ((u >> 1) + (v >> 1)) % 4 === 0 ? 5 : 0;
    return washed - 50 * rim[y * side + x]! - grain;
  });
};

/** Grey outlines and slanted coloured hatching on white paper. */
const pencil: Filter = (source) => {
  const { side, scale } = source;
  const rim = edges(source);
  return map(source, (x, y, c) => {
    const colour = at(source, x, y, c);
    const luma = 0.3 * at(source, x, y, 0) + 0.59 * at(source, x, y, 1) + 0.11 * at(source, x, y, 2);
    const stroke = (x / scale + y / scale) % 4 < 2 ? 0.92 : 0.42;
    const tinted = 252 - (252 - (0.85 * colour + 0.15 * luma)) * stroke;
    return tinted - (tinted - 45) * Math.min(0.9, 1.5 * Math.max(0, rim[y * side + x]! - 0.2));
  });
};

/** Blocks of 4 x 4 pixels and few tones, like the screen of an old game. */
const pixel: Filter = (source) => {
  const tone = (value: number): number => Math.round(value / 25.5) * 25.5;
  const block = 4 * source.scale;
  const begin = (place: number): number => place - (place % block);
  return map(source, (x, y, c) => {
    let sum = 0;
    for (let dy = 0; dy < block; dy += source.scale) {
      for (let dx = 0; dx < block; dx += source.scale) sum += at(source, begin(x) + dx, begin(y) + dy, c);
    }
    return tone(sum / 16);
  });
};

/** Tiles of 8 pixels, cut along shapes, with pale grout and bevelled edges. */
const mosaic: Filter = (source) => {
  const { scale } = source;
  const soft = blur(source);
  return map(source, (pixelX, pixelY, c) => {
    const [x, y] = [Math.floor(pixelX / scale), Math.floor(pixelY / scale)];
    const row = y >> 3;
    const u = (x + (row % 2) * 4) & 7;
    const v = y & 7;
    const [cx, cy] = [x - u + 4, (row << 3) + 4];
    const colour = 0.6 * at(source, pixelX, pixelY, c) + 0.4 * at(soft, cx * scale, cy * scale, c);
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

/** Applies a style to a flat picture of `PICTURE_SIDE * scale` pixels a side. */
export function applyStyle(
  style: Style,
  rgb: Uint8ClampedArray,
  layoutSeed: number,
  scale: number,
): Uint8ClampedArray {
  return FILTERS[style]({ rgb, side: PICTURE_SIDE * scale, scale }, layoutSeed).rgb;
}
