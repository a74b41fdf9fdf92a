/** @file A part of a picture: cut out, and put back. */

import type { Samples } from './bicubic.ts';
import type { Mask } from './mask.ts';
import type { Picture, Size } from './picture.ts';

/** A rectangle of whole pixels within a picture. */
export interface Area extends Size {
  readonly left: number;
  readonly top: number;
}

/** An area is at least this wide and high, where the picture is: one step of the sides that models take. */
const MIN_SIDE = 64;

/**
 * The part of a picture that an edit under a mask is about: the box of the mask and its surroundings, moved back into the
 * picture where it would reach beyond. There is a pixel around the box at least, where the picture has one.
 *
 * @param context how much of the surroundings is seen on each side, as a share of the box's longer side.
 */
export function areaAround(mask: Mask, context: number): Area {
  const box = boxOf(mask);
  if (box === null) return { left: 0, top: 0, width: mask.width, height: mask.height };
  const margin = Math.max(1, Math.round(context * Math.max(box.width, box.height)));
  const [left, width] = widen(box.left, box.width, margin, mask.width);
  const [top, height] = widen(box.top, box.height, margin, mask.height);
  return { left, top, width, height };
}

/** The smallest rectangle that holds all of a mask but zeros, or null where there is nothing else. */
export function boxOf({ width, height, data }: Mask): Area | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    const start = y * width;
    for (let x = 0; x < width; x++) {
      if (data[start + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return bottom < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** A stretch of an axis of `total` pixels with a margin on both sides: its new start and length. */
function widen(start: number, length: number, margin: number, total: number): [number, number] {
  const wide = Math.min(Math.max(length + 2 * margin, MIN_SIDE), total);
  const centred = Math.round(start + length / 2 - wide / 2);
  return [Math.min(Math.max(centred, 0), total - wide), wide];
}

/** A part of a picture, with its alpha and its own colours. */
export function cropPicture(picture: Picture, area: Area): Picture {
  const { alpha, own } = picture;
  const part = (data: Uint8Array, channels: number) =>
    cropSamples({ width: picture.width, height: picture.height, channels, data }, area).data;
  return {
    width: area.width,
    height: area.height,
    rgb: part(picture.rgb, 3),
    ...(alpha === undefined ? {} : { alpha: part(alpha, 1) }),
    ...(own === undefined ? {} : { own: { ...own, rgb: part(own.rgb, 3) } }),
  };
}

export function cropMask({ width, height, data }: Mask, area: Area): Mask {
  const part = cropSamples({ width, height, channels: 1, data }, area);
  return { width: area.width, height: area.height, data: part.data };
}

export function cropSamples(source: Samples, { left, top, width, height }: Area): Samples {
  if (width === source.width && height === source.height) return source;
  const { channels } = source;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * source.width + left) * channels;
    data.set(source.data.subarray(start, start + width * channels), y * width * channels);
  }
  return { width, height, channels, data };
}

/**
 * A picture with a part of it exchanged; what lies outside stays bit for bit. Its own colours are kept where the part has
 * them too.
 */
export function pastePicture(picture: Picture, part: Picture, { left, top }: Area): Picture {
  const paste = (whole: Uint8Array, piece: Uint8Array, channels: number): Uint8Array => {
    // Not slice(): that of a Buffer shares its memory.
    const data = new Uint8Array(whole);
    for (let y = 0; y < part.height; y++) {
      const row = piece.subarray(y * part.width * channels, (y + 1) * part.width * channels);
      data.set(row, ((top + y) * picture.width + left) * channels);
    }
    return data;
  };
  const { width, height, alpha, own } = picture;
  return {
    width,
    height,
    rgb: paste(picture.rgb, part.rgb, 3),
    alpha,
    ...(own === undefined || part.own === undefined
      ? {}
      : { own: { icc: own.icc, rgb: paste(own.rgb, part.own.rgb, 3) } }),
  };
}
