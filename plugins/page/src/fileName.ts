/** @file What a picture of the page is called when it is saved. */

/** Longer names are cut: file systems take 255 bytes, and people read less. */
const LONGEST = 100;

/** A result is called by what it shows, not by what it was: its name is "a dog on a carpet → a tiger on a carpet". */
export function fileNameOf(layerName: string): string {
  const [shown = ''] = layerName.split(' → ').slice(-1);
  const words = shown.replace(/[^\p{L}\p{M}\p{N} ,._-]+/gu, ' ').replace(/ +/g, ' ');
  const name = [...words]
    .slice(0, LONGEST)
    .join('')
    .replace(/^[ .]+|[ .,]+$/g, '');
  return `${name || 'picture'}.png`;
}
