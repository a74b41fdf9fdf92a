/**
 * @file Rectangles that show one image and nothing else. Their pixels come from the image's own file, which Figma
 * returns byte for byte, while an export would draw it anew.
 */

import type { Matrix } from '@palimpsest/sdk/host-data';
import { type Box, compose, fromFigma, scaling } from './transform.ts';

export interface Photo {
  readonly image: Image;
  /** From the node's box, in its units, to the image, which is 1 wide and 1 high. */
  readonly toPicture: Matrix;
  /** Pixels for each unit of the box. */
  readonly scale: number;
}

/** Effects that leave the pixels within the box as they are. */
const HARMLESS_EFFECTS: readonly Effect['type'][] = ['DROP_SHADOW', 'BACKGROUND_BLUR'];
/** Of a paint: they leave its colours as they are. */
const PLAIN_BLENDS: readonly (BlendMode | undefined)[] = [undefined, 'NORMAL', 'PASS_THROUGH'];

/** The image of a node that shows one image and nothing else; null for all others. */
export async function photoOf(node: SceneNode): Promise<Photo | null> {
  const paint = node.type === 'RECTANGLE' && isPlain(node) ? soleImage(node.fills) : null;
  const image = paint?.imageHash ? figma.getImageByHash(paint.imageHash) : null;
  if (!paint || image === null) return null;
  // It may have to be downloaded first, and that may fail; an export does without it.
  const size = await image.getSizeAsync().catch(() => null);
  if (size === null) return null;
  const toPicture = mapping(paint, node, size);
  const [a, b, c, d] = toPicture;
  const scale = Math.max(
    Math.hypot(a * size.width, b * size.height),
    Math.hypot(c * size.width, d * size.height),
  );
  return { image, toPicture, scale };
}

/** Opacity and blend mode are of no account: they are the layer's, and its result gets them as well. */
function isPlain({ visible, strokes, effects }: RectangleNode): boolean {
  return (
    visible &&
    strokes.every((stroke) => stroke.visible === false) &&
    effects.every((effect) => !effect.visible || HARMLESS_EFFECTS.includes(effect.type))
  );
}

function soleImage(fills: RectangleNode['fills']): ImagePaint | null {
  if (typeof fills === 'symbol') return null;
  const [paint, ...others] = fills.filter(({ visible }) => visible !== false);
  if (paint?.type !== 'IMAGE' || others.length > 0) return null;
  const { opacity = 1, blendMode, filters = {}, rotation = 0, scaleMode, imageTransform } = paint;
  const covers = scaleMode === 'FILL' ? rotation === 0 : scaleMode === 'CROP' && imageTransform !== undefined;
  const plain =
    opacity === 1 && PLAIN_BLENDS.includes(blendMode) && Object.values(filters).every((value) => !value);
  return covers && plain ? paint : null;
}

function mapping({ scaleMode, imageTransform }: ImagePaint, box: Box, image: Box): Matrix {
  const toUnit = scaling(1 / box.width, 1 / box.height);
  if (scaleMode === 'CROP' && imageTransform !== undefined) return compose(fromFigma(imageTransform), toUnit);
  // As large as it must be to cover the box, and in its middle.
  const scale = Math.max(box.width / image.width, box.height / image.height);
  const [x, y] = [box.width / (image.width * scale), box.height / (image.height * scale)];
  return compose([x, 0, 0, y, (1 - x) / 2, (1 - y) / 2], toUnit);
}
