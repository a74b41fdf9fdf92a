/** @file 8-bit pixels to the -1..1 tensors of the networks and back, in float32 arithmetic as the reference. */

import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { Picture } from './picture.ts';

/** A picture's colours as `[1, 3, height, width]`, u8 / 127.5 - 1. */
export function toTensor({ width, height, rgb }: Picture): Tensor {
  const pixels = tensor([1, 3, height, width]);
  const plane = width * height;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) pixels.data[c * plane + i] = Math.fround(rgb[i * 3 + c]! / 127.5) - 1;
  }
  return pixels;
}

/** How decoded values become bytes. */
export interface QuantizeOptions {
  /** Round to the nearest byte. Off by default: the reference cuts off the fraction. */
  readonly round?: boolean;
}

/** A decoder's `[1, 3, height, width]` as a picture: x / 2 + 0.5, clamped to 0..1, times 255. */
export function fromTensor({ shape, data }: Tensor, { round = false }: QuantizeOptions = {}): Picture {
  const [batch, channels, height = 0, width = 0] = shape;
  if (batch !== 1 || channels !== 3)
    throw new RangeError(`a picture is [1, 3, height, width], not [${shape}]`);
  const plane = width * height;
  const rgb = new Uint8Array(plane * 3);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < plane; i++) {
      const unit = Math.min(Math.max(Math.fround(data[c * plane + i]! / 2 + 0.5), 0), 1);
      const value = Math.fround(unit * 255);
      rgb[i * 3 + c] = round ? Math.round(value) : value;
    }
  }
  return { width, height, rgb };
}
