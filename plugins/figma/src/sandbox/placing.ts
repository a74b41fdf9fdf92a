/** @file Results on their way in: rectangles with the picture as their fill, exactly over their sources. */

import type { Layer, Matrix, PlacedResult } from '@palimpsest/sdk/host-data';
import { findNode, layerOf } from './layers.ts';
import { keepInDocument } from './memories.ts';
import { Refusal } from './refusal.ts';
import { spotsAbove } from './spots.ts';
import { type Box, compose, distance, fromFigma, IDENTITY, inverse, toFigma } from './transform.ts';

/** In the manifest: "Edit again". */
const RELAUNCH = 'edit';
const MAX_RELAUNCH_TEXT = 1000;
/** How far a corner may lie from where it should, in units of the page. */
const EXACT = 0.01;

/** A result in the document. */
interface Placed {
  readonly rectangle: RectangleNode;
  /** null where it is gone. */
  readonly source: SceneNode | null;
}

/** Places results as one undo step; nothing of them stays where one fails. */
export async function placeAll(placings: readonly PlacedResult[]): Promise<Layer[]> {
  const sources: (SceneNode | null)[] = [];
  for (const { source } of placings) {
    const node = await findNode(source.id);
    if (node !== null) await pageOf(node)?.loadAsync();
    sources.push(node);
  }
  // From here on nothing waits, so that nobody sees the document, or changes it, in between.
  const placed: Placed[] = [];
  try {
    const images = placings.map(({ png }) => figma.createImage(png));
    for (const [i, placing] of placings.entries()) {
      const one = { rectangle: figma.createRectangle(), source: sources[i]! };
      placed.push(one);
      place(placing, images[i]!, one);
    }
  } catch (error) {
    for (const { rectangle } of placed) rectangle.remove();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal(
      'EDITOR_FAILED',
      `Figma refused the result (${reason}). Check that you may edit this file, then keep the result again.`,
    );
  }
  for (const [i, { sourceMemory }] of placings.entries()) keepWithSource(sources[i]!, sourceMemory);
  select(placed);
  // What else is uncommitted belongs to this step, too: so there is one step, whatever was before.
  figma.commitUndo();
  return Promise.all(placed.map(({ rectangle }) => layerOf(rectangle)));
}

function place(placing: PlacedResult, image: Image, { rectangle, source }: Placed): void {
  const { width, height } = source ?? placing.source;
  rectangle.resize(width, height);
  rectangle.name = placing.name;
  rectangle.strokes = [];
  rectangle.fills = [fillOf(image, placing, { width, height })];
  if (source !== null) {
    copyCorners(source, rectangle);
    copyBlending(source, rectangle);
  }
  settle(rectangle, source, source === null ? placing.source.transform : fromFigma(source.absoluteTransform));
  keepInDocument(rectangle, placing.memory);
  rectangle.setRelaunchData({ [RELAUNCH]: placing.name.slice(0, MAX_RELAUNCH_TEXT) });
}

/** The picture over the whole of the box. */
function fillOf({ hash }: Image, picture: Box, box: Box): ImagePaint {
  const scale = Math.max(box.width / picture.width, box.height / picture.height);
  const cut = Math.max(picture.width - box.width / scale, picture.height - box.height / scale);
  // "Fill" is what people know, and it keeps proportions. Where rounding has changed those, it would cut something off.
  if (cut < 0.5) return { type: 'IMAGE', imageHash: hash, scaleMode: 'FILL' };
  return { type: 'IMAGE', imageHash: hash, scaleMode: 'CROP', imageTransform: toFigma(IDENTITY) };
}

/** Round corners of what clips its picture. What clips nothing may have something to show in its corners. */
function copyCorners(source: SceneNode, rectangle: RectangleNode): void {
  if (!('topLeftRadius' in source) || ('clipsContent' in source && !source.clipsContent)) return;
  rectangle.topLeftRadius = source.topLeftRadius;
  rectangle.topRightRadius = source.topRightRadius;
  rectangle.bottomLeftRadius = source.bottomLeftRadius;
  rectangle.bottomRightRadius = source.bottomRightRadius;
  rectangle.cornerSmoothing = source.cornerSmoothing;
}

/** How the source shows what is below it; its pixels were taken without that. */
function copyBlending(source: SceneNode, rectangle: RectangleNode): void {
  if (!('opacity' in source)) return;
  rectangle.opacity = source.opacity;
  // A group lets the blending of its children through, which a rectangle does not have.
  if (source.blendMode !== 'PASS_THROUGH') rectangle.blendMode = source.blendMode;
}

/** Moves the rectangle to the nearest place above the source where it lies as it should. */
function settle(rectangle: RectangleNode, source: SceneNode | null, onPage: Matrix): void {
  if (source === null) {
    // It is on top of the current page already.
    rectangle.relativeTransform = toFigma(onPage);
    return;
  }
  let problem: unknown = new Error('there is no place above the layer');
  for (const { parent, index } of spotsAbove(source)) {
    try {
      parent.insertChild(index, rectangle);
      if ('layoutMode' in parent && parent.layoutMode !== 'NONE') rectangle.layoutPositioning = 'ABSOLUTE';
      if (parent.id === source.parent?.id && 'constraints' in source)
        rectangle.constraints = source.constraints;
      const within = inverse(containerTransform(rectangle));
      if (within === null) continue;
      rectangle.relativeTransform = toFigma(compose(within, onPage));
      if (distance(fromFigma(rectangle.absoluteTransform), onPage, rectangle) < EXACT) return;
      problem = new Error('the result would not lie over its layer');
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

/** Of what a node's own transform is relative to: groups and boolean operations do not count. */
function containerTransform({ parent }: BaseNode): Matrix {
  if (parent === null || parent.type === 'PAGE' || parent.type === 'DOCUMENT') return IDENTITY;
  if (parent.type === 'GROUP' || parent.type === 'BOOLEAN_OPERATION') return containerTransform(parent);
  return 'absoluteTransform' in parent ? fromFigma(parent.absoluteTransform) : IDENTITY;
}

function keepWithSource(source: SceneNode | null, text: string): void {
  if (source === null) return;
  try {
    keepInDocument(source, text);
  } catch {
    // Not every layer can keep something, and the result can do without.
  }
}

/** Results take the places of their sources in the selection, or all of it. */
function select(placed: readonly Placed[]): void {
  const page = figma.currentPage;
  const here = placed.filter(({ rectangle }) => pageOf(rectangle)?.id === page.id);
  if (here.length === 0) return;
  const sources = here.map(({ source }) => source?.id);
  const others = page.selection.filter(({ id }) => !sources.includes(id));
  const results = here.map(({ rectangle }) => rectangle);
  page.selection = others.length < page.selection.length ? [...others, ...results] : results;
}

function pageOf(node: BaseNode): PageNode | null {
  if (node.type === 'PAGE') return node;
  return node.parent && pageOf(node.parent);
}
