/** Paints scenes of the fake editor, pixel by pixel: the colour in the middle of each, nothing smoothed. */

import { decodePng, encodePng, type Pixels } from '@palimpsest/sdk';
import type { Outline, PaintedShape, Scene } from './scene.ts';

export async function paint({
  shapes,
  files,
  opacity,
  bounds,
  scale,
}: Scene): Promise<Uint8Array<ArrayBuffer>> {
  const images = new Map<string, Pixels>();
  for (const [hash, bytes] of Object.entries(files))
    images.set(hash, await decodePng(Uint8Array.from(bytes)));
  // Figma's rounding is not written down; a host has to take either.
  const width = Math.max(1, Math.ceil(bounds.width * scale - 1e-6));
  const height = Math.max(1, Math.ceil(bounds.height * scale - 1e-6));
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (const shape of shapes) {
    for (let i = 0; i < width * height; i++) {
      const x = bounds.x + ((i % width) + 0.5) / scale;
      const y = bounds.y + (Math.floor(i / width) + 0.5) / scale;
      const colour = colourAt(shape, images, x, y);
      if (colour !== null) blend(rgba.subarray(i * 4, i * 4 + 4), colour);
    }
  }
  for (let i = 3; i < rgba.length; i += 4) rgba[i] = rgba[i]! * opacity;
  return encodePng({ width, height, rgba });
}

function colourAt(
  shape: PaintedShape,
  images: ReadonlyMap<string, Pixels>,
  x: number,
  y: number,
): number[] | null {
  const point = inside(shape, x, y);
  if (point === null || shape.clips.some((clip) => inside(clip, x, y) === null)) return null;
  const { colour, image, opacity } = shape;
  if (image === null) return [...colour.map((value) => value * 255), opacity * 255];
  const pixels = images.get(image.hash)!;
  const [u, v] = imagePoint(shape, image, pixels, point);
  if (u < 0 || v < 0 || u >= 1 || v >= 1) return null;
  const at = (Math.floor(v * pixels.height) * pixels.width + Math.floor(u * pixels.width)) * 4;
  const [r, g, b, a] = pixels.rgba.subarray(at, at + 4);
  return [r!, g!, b!, a! * opacity];
}

/** Where in the image a point of the box shows, from 0 to 1. */
function imagePoint(
  { width, height }: Outline,
  { scaleMode, imageTransform }: NonNullable<PaintedShape['image']>,
  pixels: Pixels,
  [x, y]: readonly [number, number],
): [number, number] {
  const [u, v] = [x / width, y / height];
  if (scaleMode === 'CROP' && imageTransform !== null) {
    const [[a, c, e], [b, d, f]] = imageTransform;
    return [a * u + c * v + e, b * u + d * v + f];
  }
  const choose = scaleMode === 'FIT' ? Math.min : Math.max;
  const scale = choose(width / pixels.width, height / pixels.height);
  const [w, h] = [pixels.width * scale, pixels.height * scale];
  return [(x - (width - w) / 2) / w, (y - (height - h) / 2) / h];
}

/** The point in the outline's own box, or null outside of it. */
function inside(
  { transform, width, height, radius, round }: Outline,
  px: number,
  py: number,
): [number, number] | null {
  const [[a, c, e], [b, d, f]] = transform;
  const size = a * d - b * c;
  const x = (d * (px - e) - c * (py - f)) / size;
  const y = (a * (py - f) - b * (px - e)) / size;
  if (x < 0 || y < 0 || x >= width || y >= height) return null;
  if (round) return Math.hypot((x / width) * 2 - 1, (y / height) * 2 - 1) <= 1 ? [x, y] : null;
  const [dx, dy] = [
    Math.max(radius - x, x - (width - radius), 0),
    Math.max(radius - y, y - (height - radius), 0),
  ];
  return Math.hypot(dx, dy) <= radius || dx === 0 || dy === 0 ? [x, y] : null;
}

function blend(under: Uint8ClampedArray, [r, g, b, a]: readonly number[]): void {
  const alpha = a! / 255;
  const below = (under[3]! / 255) * (1 - alpha);
  const out = alpha + below;
  if (out === 0) return;
  [r!, g!, b!].forEach((value, i) => {
    under[i] = (value * alpha + under[i]! * below) / out;
  });
  under[3] = out * 255;
}
