/** @file Connected parts of a picture. */

import type { Size } from '../picture.ts';

/** The indices of each connected part (by 4 neighbours) of the marked pixels. */
export function regionsOf({ width, height }: Size, isMarked: (pixel: number) => boolean): number[][] {
  const seen = new Uint8Array(width * height);
  const regions: number[][] = [];
  const take = (region: number[], pixel: number) => {
    if (seen[pixel] === 1 || !isMarked(pixel)) return;
    seen[pixel] = 1;
    region.push(pixel);
  };
  for (let start = 0; start < seen.length; start++) {
    const region: number[] = [];
    take(region, start);
    for (let i = 0; i < region.length; i++) {
      const pixel = region[i]!;
      const x = pixel % width;
      if (x > 0) take(region, pixel - 1);
      if (x < width - 1) take(region, pixel + 1);
      if (pixel >= width) take(region, pixel - width);
      if (pixel < width * (height - 1)) take(region, pixel + width);
    }
    if (region.length > 0) regions.push(region);
  }
  return regions;
}

/** Marks what is not marked and lies wholly within what is, where that is `atMost` pixels. */
export function fillHoles(size: Size, marked: Uint8Array, atMost: number): void {
  const { width, height } = size;
  const isAtBorder = (pixel: number) => {
    const x = pixel % width;
    return x === 0 || x === width - 1 || pixel < width || pixel >= width * (height - 1);
  };
  for (const hole of regionsOf(size, (pixel) => marked[pixel] === 0)) {
    if (hole.length <= atMost && !hole.some(isAtBorder)) for (const pixel of hole) marked[pixel] = 1;
  }
}
