/** @file The size of a PNG file, from its header alone. It needs nothing but the language, so it runs anywhere. */

/** In pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

export const PNG_SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** Of the signature, and of length, name, width and height of the first chunk, which is the header. */
const NEEDED = 24;

/** null where the file is no PNG. */
export function sizeOfPng(png: Uint8Array): PixelSize | null {
  if (png.length < NEEDED || PNG_SIGNATURE.some((byte, i) => png[i] !== byte)) return null;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
