/** @file SVG files: drawings without pixels of their own, which get some here. */

import { exportScale, pixelSize } from '@palimpsest/sdk';

/** Where a file says within so many bytes that it is one. */
const HEAD = 4096;

/** A text that begins with a tag: other files may have such words somewhere in them. */
export const isDrawing = (bytes: Uint8Array<ArrayBuffer>): boolean =>
  /^\s*<([?!].*<)?svg[\s>]/s.test(new TextDecoder().decode(bytes.subarray(0, HEAD)));

/** Draws one at the size that drawn layers have in every editor. */
export async function drawn(bytes: Uint8Array<ArrayBuffer>): Promise<ImageBitmap> {
  const address = URL.createObjectURL(new Blob([bytes], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    // Without a size of its own, it is a square.
    const box = { width: image.naturalWidth || 1, height: image.naturalHeight || 1 };
    const scale = exportScale({ ...box, naturalScale: null }, { maxSide: Number.POSITIVE_INFINITY });
    const { width, height } = pixelSize(box, scale);
    return await createImageBitmap(image, { resizeWidth: width, resizeHeight: height });
  } finally {
    URL.revokeObjectURL(address);
  }
}
