/** @file Pictures cut out, turned back and scaled, on a canvas. */

import { HostError, type PixelSize } from '@palimpsest/sdk';
import type { RawPicture } from '../messages.ts';
import { unreadable } from './figmaHost.ts';
import { withoutOpacity } from './opacity.ts';

/** Draws the part of a picture that shows the layer's box, upright and without its opacity, as a PNG of the given size. */
export async function redraw(
  { bytes, toPicture, opacity, width, height }: RawPicture,
  size: PixelSize,
): Promise<Uint8Array<ArrayBuffer>> {
  const bitmap = await createImageBitmap(new Blob([bytes])).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d');
  if (context === null) {
    throw new HostError('EDITOR_FAILED', 'This picture is too large. Try a smaller layer.');
  }
  // From pixels of the picture back to the box, and from there to pixels of the canvas.
  const [a, b, c, d, e, f] = toPicture;
  const toBitmap = new DOMMatrix([a, b, c, d, e, f]);
  const { width: columns, height: rows } = bitmap;
  const toCanvas = new DOMMatrix([size.width / width, 0, 0, size.height / height, 0, 0])
    .multiply(toBitmap.inverse())
    .scale(1 / columns, 1 / rows);
  context.imageSmoothingQuality = 'high';
  context.setTransform(toCanvas);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  if (opacity < 1) {
    const pixels = context.getImageData(0, 0, size.width, size.height);
    withoutOpacity(pixels.data, opacity);
    context.putImageData(pixels, 0, 0);
  }
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}
