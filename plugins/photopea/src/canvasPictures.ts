/** @file Decodes PNG files with the browser's own decoder, which knows every variant of them. */

import { HostError, type Pixels } from '@palimpsest/sdk';
import type { Pictures } from './pictures.ts';

export const canvasPictures: Pictures = {
  async decode(png) {
    // Colours as they are in the file: they go back into the document that they came from.
    const bitmap = await createImageBitmap(new Blob([png]), { colorSpaceConversion: 'none' });
    const { width, height } = bitmap;
    const context = contextOf({ width, height });
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return { width, height, rgba: new Uint8ClampedArray(context.getImageData(0, 0, width, height).data) };
  },
  async encode({ width, height, rgba }) {
    const context = contextOf({ width, height });
    context.putImageData(new ImageData(rgba, width, height), 0, 0);
    const blob = await context.canvas.convertToBlob({ type: 'image/png' });
    return new Uint8Array(await blob.arrayBuffer());
  },
};

function contextOf({ width, height }: Pick<Pixels, 'width' | 'height'>): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context !== null) return context;
  throw new HostError('EDITOR_FAILED', 'The browser has no room for this picture. Try a smaller layer.');
}
