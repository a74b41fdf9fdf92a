/** @file Pixels on their way out. */

import type { Matrix } from '@palimpsest/sdk/host-data';
// Not the whole of the SDK, which has no place in here.
import { sizeOfPng } from '@palimpsest/sdk/png-size';
import type { RawPicture } from '../messages.ts';
import { getNode } from './layers.ts';
import { photoOf } from './photos.ts';
import { Refusal } from './refusal.ts';
import { type Box, boundsOf, compose, fromFigma, IDENTITY, scaling, translation } from './transform.ts';

/** No export is wider or higher, in pixels; no image of Figma is either. */
const MAX_SIDE = 4096;
/** The panel turns turned layers back, which would blur what has no pixels to spare. */
const SPARE = 2;
/** How far the size of an export may be off, in pixels: Figma rounds, and lays layers on whole pixels. */
const ROUNDING = 2;

/**
 * A picture that shows the layer: the image in it where there is one, else an export.
 *
 * @param scale pixels for each unit of the layer's box; the panel scales the rest of the way.
 */
export async function exportPixels(id: string, scale: number): Promise<RawPicture> {
  const node = await getNode(id);
  if (!node.visible) throw new Refusal('LAYER_UNSUITABLE', 'This layer is hidden. Show it and try again.');
  if (opacityOf(node) === 0) {
    throw new Refusal('LAYER_UNSUITABLE', 'This layer has an opacity of 0 %. Raise it and try again.');
  }
  const photo = await photoOf(node);
  // For less than all of it, a small export is quicker than the whole file.
  if (photo === null || scale < photo.scale * 0.99) return drawn(node, scale);
  const { width, height } = node;
  const bytes = ownBytes(await photo.image.getBytesAsync());
  return { bytes, toPicture: photo.toPicture, opacity: 1, width, height };
}

async function drawn(node: SceneNode, scale: number): Promise<RawPicture> {
  const box = { width: node.width, height: node.height };
  const onPage = fromFigma(node.absoluteTransform);
  const bounds = boundsOf(onPage, box);
  const isTurned = Math.abs(onPage[1]) + Math.abs(onPage[2]) > 1e-6;
  const most = Math.max(scale, MAX_SIDE / Math.max(bounds.width, bounds.height));
  const value = isTurned ? Math.min(scale * SPARE, most) : scale;
  const bytes = await exportNode(node, value);
  const size = sizeOfPng(bytes);
  // Exports show a node as it lies on the page. That is not said anywhere, so it is checked by their size.
  const views = [onPage, fromFigma(node.relativeTransform), IDENTITY];
  const view = views.find((matrix) => fits(boundsOf(matrix, box), value, size)) ?? onPage;
  return { bytes, toPicture: intoBounds(view, box), opacity: opacityOf(node), ...box };
}

/** Exports have the node's own opacity in them, and not that of what is around it. Sections have none. */
const opacityOf = (node: SceneNode): number => ('opacity' in node ? node.opacity : 1);

async function exportNode(node: SceneNode, value: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await node.exportAsync({
      format: 'PNG',
      constraint: { type: 'SCALE', value },
      contentsOnly: true,
      useAbsoluteBounds: true,
      colorProfile: 'SRGB',
    });
    return ownBytes(bytes);
  } catch {
    // Figma's own words are for developers.
    throw new Refusal(
      'LAYER_UNSUITABLE',
      'Figma cannot export this layer. It may be empty or hidden. Select another one.',
    );
  }
}

/** Of a view of the box: from the box to the picture of its bounds, which is 1 wide and 1 high. */
function intoBounds(view: Matrix, box: Box): Matrix {
  const { x, y, width, height } = boundsOf(view, box);
  return compose(scaling(1 / width, 1 / height), compose(translation(-x, -y), view));
}

const fits = (bounds: Box, scale: number, size: Box | null): boolean =>
  size !== null &&
  Math.abs(bounds.width * scale - size.width) <= ROUNDING &&
  Math.abs(bounds.height * scale - size.height) <= ROUNDING;

/** Figma's typings leave open what is behind the bytes; what comes of its calls is never shared. */
const ownBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
