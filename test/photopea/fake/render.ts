/** @file What a document looks like: its visible layers over each other, on its canvas. */

import type { Pixels } from '@palimpsest/sdk';
import type { FakeDocument, FakeLayer } from './fakeDocument.ts';

type Blend = (above: number, below: number) => number;
const BLENDS: Readonly<Record<string, Blend>> = {
  normal: (above) => above,
  multiply: (above, below) => (above * below) / 255,
};

export function render({ width, height, layers }: FakeDocument): Pixels {
  const canvas: Pixels = { width, height, rgba: new Uint8ClampedArray(width * height * 4) };
  paint(canvas, layers);
  return canvas;
}

function paint(canvas: Pixels, layers: readonly FakeLayer[]): void {
  for (const layer of layers.toReversed()) {
    if (!layer.visible) continue;
    if (layer.sort === 'GROUP') paint(canvas, layer.layers);
    else over(canvas, layer);
  }
}

/** Puts a layer over what is there; alone on nothing it keeps its very pixels. */
export function over(
  canvas: Pixels,
  { pixels, x, y, mask, opacity, fillOpacity, blendMode }: FakeLayer,
): void {
  const blend = BLENDS[blendMode] ?? BLENDS.normal!;
  for (let row = Math.max(0, -y); row < pixels.height && row + y < canvas.height; row++) {
    for (let column = Math.max(0, -x); column < pixels.width && column + x < canvas.width; column++) {
      const at = (row + y) * canvas.width + column + x;
      const from = pixels.rgba.subarray((row * pixels.width + column) * 4).slice(0, 4);
      const strength = (opacity / 100) * (fillOpacity / 100) * ((mask?.[at] ?? 255) / 255);
      mix(canvas.rgba, 4 * at, from, (from[3]! / 255) * strength, blend);
    }
  }
}

function mix(
  rgba: Uint8ClampedArray,
  at: number,
  above: Uint8ClampedArray,
  alpha: number,
  blend: Blend,
): void {
  const below = rgba[at + 3]! / 255;
  const total = alpha + below * (1 - alpha);
  if (total === 0) return;
  for (let k = 0; k < 3; k++) {
    const under = rgba[at + k]!;
    const mixed = (1 - below) * above[k]! + below * blend(above[k]!, under);
    rgba[at + k] = Math.round((alpha * mixed + (1 - alpha) * below * under) / total);
  }
  rgba[at + 3] = Math.round(total * 255);
}
