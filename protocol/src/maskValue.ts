/** @file What a pixel of a mask says, for all who read masks. */

/**
 * Values nearer to black or white than this are meant to be black or white: JPEG of high quality and conversions of colours
 * leave 1 to 7 where nothing was painted. Of a soft edge nothing visible is lost, since so little of the change shows
 * there: it moves a colour by 7 of 255 levels at most.
 */
const NEARLY = 8;

/**
 * How much may change below a pixel of a mask: 0 nothing, 255 all. Colours count by how bright they look (Rec. 709 luma),
 * transparency as black: so a painted layer is a mask as it is.
 *
 * @param alpha straight, 255 for an opaque pixel.
 */
export function maskValue(red: number, green: number, blue: number, alpha: number): number {
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const value = Math.round((luma * alpha) / 255);
  if (value < NEARLY) return 0;
  return value > 255 - NEARLY ? 255 : value;
}
