/**
 * @file Takes a layer's opacity out of its picture: the result's layer gets the opacity as well, so it would count
 * twice.
 */

/** Makes pixels as opaque as they are in a layer of full opacity; `opacity` is above 0. */
export function withoutOpacity(rgba: Uint8ClampedArray, opacity: number): void {
  // What all of an opaque pixel is left with, however it was rounded: so that it becomes opaque again.
  const full = Math.max(1, Math.floor(255 * opacity));
  for (let i = 3; i < rgba.length; i += 4) rgba[i] = (rgba[i]! * 255) / full;
}
