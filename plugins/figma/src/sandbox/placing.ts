/** @file A result on its way in: a rectangle with the picture as its fill, exactly over the source. */

import type { Layer, Matrix, Placing } from '../messages.ts';
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

/** Places a result; nothing of it stays where that fails. */
export async function place(placing: Placing): Promise<Layer> {
  const source = await findNode(placing.source.id);
  if (source !== null) await pageOf(source)?.loadAsync();
  const image = readImage(placing.png);
  const rectangle = figma.createRectangle();
  try {
    const { width, height } = source ?? placing.source;
    rectangle.resize(width, height);
    rectangle.name = placing.name;
    rectangle.strokes = [];
    rectangle.fills = [fillOf(image, placing, { width, height })];
    if (source !== null) copyCorners(source, rectangle);
    settle(
      rectangle,
      source,
      source === null ? placing.source.transform : fromFigma(source.absoluteTransform),
    );
    keepInDocument(rectangle, placing.memory);
    rectangle.setRelaunchData({ [RELAUNCH]: placing.name.slice(0, MAX_RELAUNCH_TEXT) });
  } catch (error) {
    rectangle.remove();
    throw failure(error);
  }
  if (source !== null) keepWithSource(source, placing.sourceMemory);
  select(rectangle, source);
  // What else is uncommitted belongs to this step, too: so there is one step, whatever was before.
  figma.commitUndo();
  return layerOf(rectangle);
}

function readImage(png: Uint8Array): Image {
  try {
    return figma.createImage(png);
  } catch (error) {
    throw failure(error);
  }
}

const failure = (error: unknown): Refusal =>
  new Refusal(
    'EDITOR_FAILED',
    `Figma did not take the result (${error instanceof Error ? error.message : String(error)}). Check that you may edit this file, and keep it again.`,
  );

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

function keepWithSource(source: SceneNode, text: string): void {
  try {
    keepInDocument(source, text);
  } catch {
    // Not every layer can keep something, and the result can do without.
  }
}

/** The result takes the place of its source in the selection, so that of several all are selected in the end. */
function select(rectangle: RectangleNode, source: SceneNode | null): void {
  const page = figma.currentPage;
  if (pageOf(rectangle)?.id !== page.id) return;
  const others = page.selection.filter(({ id }) => id !== source?.id);
  page.selection = others.length < page.selection.length ? [...others, rectangle] : [rectangle];
}

function pageOf(node: BaseNode): PageNode | null {
  if (node.type === 'PAGE') return node;
  return node.parent && pageOf(node.parent);
}
