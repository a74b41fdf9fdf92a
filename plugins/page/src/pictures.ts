/** @file Files to PNG, and PNG to other sizes, with the browser's own decoders. */

import { HostError, type PixelSize } from '@palimpsest/sdk';
import { drawn, isDrawing } from './drawing.ts';
import { whyUnreadable } from './fileKinds.ts';

/** A picture as a PNG file. */
export interface PngPicture extends PixelSize {
  readonly png: Uint8Array<ArrayBuffer>;
}

/** @throws {HostError} EDITOR_FAILED when it is no picture, or of a kind that this browser does not read. */
async function decode(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<ImageBitmap> {
  try {
    return await (isDrawing(bytes)
      ? drawn(bytes)
      : createImageBitmap(new Blob([bytes, ...missingEnd(bytes)])));
  } catch (cause) {
    throw new HostError('EDITOR_FAILED', whyUnreadable(name, bytes), { cause });
  }
}

/** A JPEG whose end marker was lost on the way is whole but for that, and browsers refuse it. */
function missingEnd(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  const hasEnd = bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
  return isJpeg && !hasEnd ? [Uint8Array.of(0xff, 0xd9)] : [];
}

/**
 * A file of any format that the browser reads, as PNG. What is PNG already stays byte for byte.
 *
 * @param name what to call it where it cannot be read.
 * @throws {HostError} EDITOR_FAILED as `decode`.
 */
export async function pictureOf(bytes: Uint8Array<ArrayBuffer>, name = 'The picture'): Promise<PngPicture> {
  const bitmap = await decode(bytes, name);
  const { width, height } = bitmap;
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  const png = isPng ? bytes : await draw({ width, height }, (context) => context.drawImage(bitmap, 0, 0));
  bitmap.close();
  return { png, width, height };
}

/** A PNG at another size. */
export async function scaled(
  png: Uint8Array<ArrayBuffer>,
  size: PixelSize,
): Promise<Uint8Array<ArrayBuffer>> {
  const bitmap = await decode(png, 'The picture');
  const out = await draw(size, (context) => {
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, size.width, size.height);
  });
  bitmap.close();
  return out;
}

/** What is painted on a canvas as a mask: white where there is paint, black elsewhere. */
export async function maskOf(painted: CanvasImageSource, size: PixelSize): Promise<Uint8Array<ArrayBuffer>> {
  return draw(size, (context) => {
    context.drawImage(painted, 0, 0, size.width, size.height);
    // Whatever colour the paint has, it counts as white ...
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = '#fff';
    context.fillRect(0, 0, size.width, size.height);
    // ... on black.
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#000';
    context.fillRect(0, 0, size.width, size.height);
  });
}

async function draw(
  { width, height }: PixelSize,
  paint: (context: OffscreenCanvasRenderingContext2D) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) {
    throw new HostError('EDITOR_FAILED', 'The browser has no room for this picture. Try a smaller one.');
  }
  paint(context);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}
