/** @file A picture of any size on a canvas that the model takes, and back to exactly its own size. */

import { type Tensor, tensor } from '../tensor/tensor.ts';
import { cropSamples } from './area.ts';
import { resizeBicubic, type Samples } from './bicubic.ts';
import { fillHidden } from './hiddenColours.ts';
import type { Mask } from './mask.ts';
import type { Picture, Size } from './picture.ts';

/** Where a picture lies on its canvas: scaled, at the top left; the rest is padding. */
export interface Placement {
  readonly original: Size;
  readonly scaled: Size;
  readonly canvas: Size;
}

/** A canvas may be this much larger than the model's own area; memory of attention grows with its square. */
const MAX_AREA_RATIO = 2;

/** What being off the model's area costs, beside padding: halving the area weighs as much as padding a third. */
const AREA_WEIGHT = 0.5;

/**
 * Chooses the canvas for a picture: sides that are multiples of `multiple`, an area close to `side` x `side`,
 * the picture's aspect kept, as little padding as that allows.
 *
 * @param side of the square pictures that the model was trained on, in pixels (512 for SD 1.x).
 * @param multiple the VAE's factor times 2 for each of the UNet's halvings, in pixels (64 for SD).
 */
export function placePicture(original: Size, side: number, multiple: number): Placement {
  const cells = Math.max((side / multiple) ** 2 * MAX_AREA_RATIO, 1);
  let best: Placement | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= cells; columns++) {
    for (let rows = 1; rows * columns <= cells; rows++) {
      const canvas = { width: columns * multiple, height: rows * multiple };
      const scaled = scaleInto(original, canvas);
      const area = canvas.width * canvas.height;
      const padding = 1 - (scaled.width * scaled.height) / area;
      const cost = padding + AREA_WEIGHT * Math.abs(Math.log(area / side ** 2));
      if (cost < lowest) {
        lowest = cost;
        best = { original: { width: original.width, height: original.height }, scaled, canvas };
      }
    }
  }
  // The smallest canvas, one cell, is always tried.
  return best!;
}

function scaleInto(picture: Size, canvas: Size): Size {
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
  return {
    width: Math.min(Math.max(Math.round(picture.width * scale), 1), canvas.width),
    height: Math.min(Math.max(Math.round(picture.height * scale), 1), canvas.height),
  };
}

/**
 * The picture on its canvas, as networks get it: filled where it is transparent, scaled, its last column and row repeated
 * over the padding. Alpha is left out.
 */
export function fitPicture(picture: Picture, { scaled, canvas }: Placement): Picture {
  const { data } = resizeBicubic(samples(picture, fillHidden(picture).rgb, 3), scaled.width, scaled.height);
  const rgb = new Uint8Array(canvas.width * canvas.height * 3);
  for (let y = 0; y < canvas.height; y++) {
    const row = Math.min(y, scaled.height - 1);
    for (let x = 0; x < canvas.width; x++) {
      const from = (row * scaled.width + Math.min(x, scaled.width - 1)) * 3;
      rgb.set(data.subarray(from, from + 3), (y * canvas.width + x) * 3);
    }
  }
  return { ...canvas, rgb };
}

/** An edited canvas back at the picture's own size: padding cut off, scaled, the alpha given back. */
export function unfitPicture(edited: Picture, { original, scaled }: Placement, alpha?: Uint8Array): Picture {
  const cropped = cropSamples(samples(edited, edited.rgb, 3), { left: 0, top: 0, ...scaled });
  const { data } = resizeBicubic(cropped, original.width, original.height);
  return { ...original, rgb: data, alpha };
}

/**
 * A mask of the picture's size as one of the latent's: `[1, 1, height / factor, width / factor]` of 0 and 1.
 * A cell is in as soon as any of its pixels is; cells of padding alone are out.
 *
 * @param factor pixels a side of one latent cell (8 for SD).
 */
export function fitMask(mask: Mask, { original, scaled, canvas }: Placement, factor: number): Tensor {
  const width = canvas.width / factor;
  const cells = tensor([1, 1, canvas.height / factor, width]);
  const columns = coveredCells(original.width, scaled.width, factor);
  const rows = coveredCells(original.height, scaled.height, factor);
  for (const [y, [top, bottom]] of rows.entries()) {
    for (const [x, [left, right]] of columns.entries()) {
      if (mask.data[y * original.width + x] === 0) continue;
      for (let row = top; row <= bottom; row++)
        cells.data.fill(1, row * width + left, row * width + right + 1);
    }
  }
  return cells;
}

/** The first and last latent cell that each pixel of a row or column reaches into. */
function coveredCells(from: number, to: number, factor: number): [number, number][] {
  return Array.from({ length: from }, (_, pixel) => {
    const first = Math.floor((pixel * to) / (from * factor));
    const last = Math.ceil(((pixel + 1) * to) / (from * factor)) - 1;
    return [first, Math.max(first, last)];
  });
}

/** A latent's mask `[1, 1, h, w]` of 0 and 1 at the picture's own size, by nearest neighbour. */
export function unfitMask({ shape, data }: Tensor, { original, scaled, canvas }: Placement): Mask {
  const [, , rows = 0, columns = 0] = shape;
  const pixels = new Uint8Array(original.width * original.height);
  const place = (pixel: number, from: number, to: number, all: number, cells: number): number =>
    Math.floor(((((pixel + 0.5) / from) * to) / all) * cells);
  for (let y = 0; y < original.height; y++) {
    const row = place(y, original.height, scaled.height, canvas.height, rows);
    for (let x = 0; x < original.width; x++) {
      const column = place(x, original.width, scaled.width, canvas.width, columns);
      pixels[y * original.width + x] = 255 * data[row * columns + column]!;
    }
  }
  return { ...original, data: pixels };
}

function samples({ width, height }: Size, data: Uint8Array, channels: number): Samples {
  return { width, height, channels, data };
}
