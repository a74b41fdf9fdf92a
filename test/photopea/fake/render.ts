/** @file What a document looks like: its visible layers over each other, on its canvas. */

import type { Pixels } from '@palimpsest/sdk';
import type { FakeDocument, FakeLayer } from './fakeDocument.ts';
import { type Box, Uniform } from './pixels.ts';

/** Part of a document's canvas, in values up to `max`. */
interface Canvas {
  readonly area: Box;
  readonly rgba: Uint8ClampedArray<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  readonly max: 255 | 65_535;
}

/** @param area of the canvas; all of it where nothing is said. */
export function render(document: FakeDocument, area: Box = wholeOf(document)): Pixels {
  const [width, height] = [area[2] - area[0], area[3] - area[1]];
  const rgba = new Uint8ClampedArray(width * height * 4);
  paint({ area, rgba, max: 255 }, document.width, document.layers, area);
  return { width, height, rgba };
}

/** In the 16 bits that a document may have. */
export function renderFine(document: FakeDocument): Uint16Array<ArrayBuffer> {
  const rgba = new Uint16Array(document.width * document.height * 4);
  const area = wholeOf(document);
  paint({ area, rgba, max: 65_535 }, document.width, document.layers, area);
  return rgba;
}

const wholeOf = ({ width, height }: FakeDocument): Box => [0, 0, width, height];

/** @param width of the document, which masks are as wide as. @param clip what artboards around the layers show. */
function paint(canvas: Canvas, width: number, layers: readonly FakeLayer[], clip: Box): void {
  for (const layer of layers.toReversed()) {
    if (!layer.visible) continue;
    if (layer.sort !== 'GROUP') over(canvas, width, layer, clip);
    else paint(canvas, width, layer.layers, layer.artboard === null ? clip : inside(clip, layer.artboard));
  }
}

const inside = (a: Box, b: Box): Box => [
  Math.max(a[0], b[0]),
  Math.max(a[1], b[1]),
  Math.min(a[2], b[2]),
  Math.min(a[3], b[3]),
];

/** Puts a layer over what is there; alone on nothing it keeps its very pixels. */
function over({ area, rgba, max }: Canvas, maskWidth: number, layer: FakeLayer, clip: Box): void {
  const { pixels, fine, x, y, mask, opacity, fillOpacity, blendMode } = layer;
  const [left, top, right, bottom] = inside(clip, [x, y, x + pixels.width, y + pixels.height]);
  if (left >= right || top >= bottom) return;
  const values = pixels.rgba;
  const deep = max === 65_535;
  // What came in 8 bits has 257 times the value in 16.
  const low = fine ?? values;
  const read = (i: number): number => (deep ? values[i]! * 256 + low[i]! : values[i]!);
  const strength = ((opacity / 100) * fillOpacity) / 100;
  const multiplies = blendMode === 'multiply';
  const opaque = pixels instanceof Uniform && pixels.colour[3] === 255;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const from = ((row - y) * pixels.width + column - x) * 4;
      const at = ((row - area[1]) * (area[2] - area[0]) + column - area[0]) * 4;
      const shown = mask === null ? strength : (strength * mask[row * maskWidth + column]!) / 255;
      const alpha = opaque ? shown : (read(from + 3) / max) * shown;
      if (alpha === 0) continue;
      const below = rgba[at + 3]! / max;
      const total = alpha + below * (1 - alpha);
      for (let k = 0; k < 3; k++) {
        const above = read(from + k);
        if (alpha === 1 && !multiplies) {
          rgba[at + k] = above;
          continue;
        }
        const under = rgba[at + k]!;
        const mixed = (1 - below) * above + below * (multiplies ? (above * under) / max : above);
        rgba[at + k] = Math.round((alpha * mixed + (1 - alpha) * below * under) / total);
      }
      rgba[at + 3] = Math.round(total * max);
    }
  }
}
