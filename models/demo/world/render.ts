/** @file Scene to pixels and masks. */
import sharp from 'sharp';
import { objectSvg, sceneSvg } from './draw.ts';
import { PICTURE_SIDE, type Scene } from './scene.ts';
import { applyStyle } from './styles.ts';

/** Of a drawing whose units are pixels. */
const DENSITY = 72;

/** @param scale pixels along each of the model's. */
const rasterize = (svg: string, scale: number) => sharp(Buffer.from(svg), { density: DENSITY * scale });

/** A drawn scene: RGB pixels, 3 bytes each, `PICTURE_SIDE * scale` a side. */
export async function renderScene(scene: Scene, scale = 1): Promise<Uint8ClampedArray> {
  const raw = await rasterize(sceneSvg(scene), scale).removeAlpha().raw().toBuffer();
  return applyStyle(scene.style, new Uint8ClampedArray(raw), scene.layoutSeed, scale);
}

/** The true mask of each object, one byte (0 or 1) a pixel. Parts hidden by a later object are not in it. */
export async function renderMasks(scene: Scene, scale = 1): Promise<Uint8Array[]> {
  const masks: Uint8Array[] = [];
  for (let i = 0; i < scene.objects.length; i++) {
    const raw = await rasterize(objectSvg(scene, i), scale).ensureAlpha().raw().toBuffer();
    const mask = new Uint8Array((PICTURE_SIDE * scale) ** 2);
    for (let p = 0; p < mask.length; p++) mask[p] = raw[p * 4 + 3]! > 127 ? 1 : 0;
    for (const earlier of masks) for (let p = 0; p < mask.length; p++) if (mask[p] === 1) earlier[p] = 0;
    masks.push(mask);
  }
  return masks;
}
