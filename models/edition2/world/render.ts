/** @file Scene to pixels and masks. */
import { drawCovers, drawLayers } from './layers.ts';
import { PICTURE_SIDE, type Scene } from './scene.ts';
import { STYLE_OF } from './styles/index.ts';

/**
 * A drawn scene: RGB pixels, 3 bytes each, row by row.
 * @param side Width and height in pixels; the same scene may be drawn larger.
 */
export async function renderScene(scene: Scene, side = PICTURE_SIDE): Promise<Uint8ClampedArray> {
  const { outlined, paint } = STYLE_OF[scene.style];
  return paint(await drawLayers(scene, outlined, side), scene.layoutSeed);
}

/** The true mask of each object, one byte (0 or 1) a pixel. Parts hidden by a later object are not in it. */
export async function renderMasks(scene: Scene, side = PICTURE_SIDE): Promise<Uint8Array[]> {
  const masks: Uint8Array[] = [];
  for (const cover of await drawCovers(scene, side)) {
    const mask = Uint8Array.from(cover, (alpha) => (alpha >= 0.5 ? 1 : 0));
    for (const earlier of masks) for (let p = 0; p < mask.length; p++) if (mask[p] === 1) earlier[p] = 0;
    masks.push(mask);
  }
  return masks;
}
