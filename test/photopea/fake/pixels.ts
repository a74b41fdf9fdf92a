/** @file Pixels of large pictures, handled without going through each of them more often than needed. */

import type { Pixels } from '@palimpsest/sdk';

/** Left, top, right, bottom. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

export const NO_PIXELS: Pixels = { width: 0, height: 0, rgba: new Uint8ClampedArray() };

/** A picture of one colour, which takes no memory until somebody looks at its pixels. */
export class Uniform implements Pixels {
  private made: Uint8ClampedArray<ArrayBuffer> | null = null;

  readonly width: number;
  readonly height: number;
  readonly colour: readonly [red: number, green: number, blue: number, alpha: number];

  constructor(
    width: number,
    height: number,
    colour: readonly [red: number, green: number, blue: number, alpha: number],
  ) {
    this.width = width;
    this.height = height;
    this.colour = colour;
  }

  get rgba(): Uint8ClampedArray<ArrayBuffer> {
    if (this.made === null) {
      this.made = new Uint8ClampedArray(this.width * this.height * 4);
      words(this.made).fill(words(Uint8ClampedArray.from(this.colour))[0]!);
    }
    return this.made;
  }
}

/** Four bytes at a time: one pixel. */
export const words = ({
  buffer,
  byteOffset,
  byteLength,
}: Uint8ClampedArray<ArrayBuffer>): Uint32Array<ArrayBuffer> =>
  new Uint32Array(buffer, byteOffset, byteLength / 4);

/** Each pixel is the nearest one. */
export function scaled(pixels: Pixels, width: number, height: number): Pixels {
  if (pixels instanceof Uniform) return new Uniform(width, height, pixels.colour);
  if (pixels.width === 0) return pixels;
  const [from, rgba] = [words(pixels.rgba), new Uint8ClampedArray(width * height * 4)];
  const to = words(rgba);
  const columns = Int32Array.from({ length: width }, (_, x) => nearest(x, width, pixels.width));
  for (let y = 0; y < height; y++) {
    const row = nearest(y, height, pixels.height) * pixels.width;
    for (let x = 0; x < width; x++) to[y * width + x] = from[row + columns[x]!]!;
  }
  return { width, height, rgba };
}

const nearest = (at: number, size: number, of: number): number =>
  Math.min(of - 1, Math.floor(((at + 0.5) * of) / size));

/** Levels of a mask on a canvas of another size, moved; black where there were none. */
export function levelsOn(
  levels: Uint8ClampedArray<ArrayBuffer>,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
  [x, y]: readonly [x: number, y: number],
): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(to.width * to.height);
  const [left, right] = [Math.max(0, x), Math.min(to.width, from.width + x)];
  for (let row = Math.max(0, y); row < Math.min(to.height, from.height + y) && left < right; row++) {
    const start = (row - y) * from.width - x;
    out.set(levels.subarray(start + left, start + right), row * to.width + left);
  }
  return out;
}

const boxes = new WeakMap<object, Box | null>();

/** What is not transparent; null where nothing is. */
export function contentBox(pixels: Pixels): Box | null {
  const { width, height } = pixels;
  if (pixels instanceof Uniform) return pixels.colour[3] === 0 ? null : [0, 0, width, height];
  const { rgba } = pixels;
  let box = boxes.get(rgba);
  if (box === undefined) {
    box = boxOf(width, height, (i) => rgba[4 * i + 3] !== 0);
    boxes.set(rgba, box);
  }
  return box;
}

/** Where a selection is, whatever its strength. */
export function selectedBox(selection: Uint8ClampedArray | null, width: number, height: number): Box | null {
  if (selection === null) return null;
  let box = boxes.get(selection);
  if (box === undefined) {
    box = boxOf(width, height, (i) => selection[i] !== 0);
    boxes.set(selection, box);
  }
  return box;
}

/** Goes from the four edges inwards: what is opaque is found at once. */
function boxOf(width: number, height: number, isThere: (i: number) => boolean): Box | null {
  const inRow = (y: number) => {
    for (let x = 0; x < width; x++) if (isThere(y * width + x)) return true;
    return false;
  };
  let top = 0;
  while (top < height && !inRow(top)) top++;
  if (top === height) return null;
  let bottom = height;
  while (!inRow(bottom - 1)) bottom--;
  const inColumn = (x: number) => {
    for (let y = top; y < bottom; y++) if (isThere(y * width + x)) return true;
    return false;
  };
  let left = 0;
  while (!inColumn(left)) left++;
  let right = width;
  while (!inColumn(right - 1)) right--;
  return [left, top, right, bottom];
}
