/** @file Figma's nodes as layers: which of them can be edited, what they are, and in which order they lie. */

import type { Layer } from '@palimpsest/sdk/host-data';
import { photoOf } from './photos.ts';
import { layerGone } from './refusal.ts';
import { fromFigma } from './transform.ts';

/** Slices show what is under them, and what has no area shows nothing. */
const isLayer = (node: BaseNode): node is SceneNode =>
  node.type !== 'DOCUMENT' &&
  node.type !== 'PAGE' &&
  node.type !== 'SLICE' &&
  node.width > 0 &&
  node.height > 0;

export async function layerOf(node: SceneNode): Promise<Layer> {
  const { id, name, width, height } = node;
  const photo = await photoOf(node);
  return {
    ...{ id, name, width, height },
    transform: fromFigma(node.absoluteTransform),
    naturalScale: photo?.scale ?? null,
  };
}

/** A layer's node, or null where it is gone. */
export async function findNode(id: string): Promise<SceneNode | null> {
  const node = await figma.getNodeByIdAsync(id);
  return node !== null && !node.removed && isLayer(node) ? node : null;
}

/** @throws {Refusal} LAYER_GONE */
export async function getNode(id: string): Promise<SceneNode> {
  const node = await findNode(id);
  if (node === null) throw layerGone();
  return node;
}

/** The selected layers, the topmost first; Figma has them in the order in which they were selected. */
export async function selectedLayers(): Promise<Layer[]> {
  const nodes = figma.currentPage.selection.filter(isLayer);
  const paths = new Map(nodes.map((node) => [node.id, stackingPath(node)]));
  const inOrder = nodes.sort((one, other) => compareStacking(paths.get(one.id)!, paths.get(other.id)!));
  return Promise.all(inOrder.map(layerOf));
}

/** Where a node is among the children of its parent. */
export const indexIn = (parent: ChildrenMixin, { id }: BaseNode): number =>
  parent.children.findIndex((child) => child.id === id);

/** Auto-layout frames can have their first child on top. */
export const firstIsOnTop = (parent: BaseNode): boolean =>
  'itemReverseZIndex' in parent && parent.layoutMode !== 'NONE' && parent.itemReverseZIndex;

/** For each parent, from the page on, how high its child lies. */
function stackingPath(node: BaseNode): number[] {
  const { parent } = node;
  if (parent === null || node.type === 'PAGE') return [];
  const index = indexIn(parent, node);
  return [...stackingPath(parent), firstIsOnTop(parent) ? -index : index];
}

/** The higher one first; what is inside another lies above it. */
function compareStacking(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((index, i) => index !== other[i]);
  return at < 0 ? 1 : (other[at] ?? Number.NEGATIVE_INFINITY) - one[at]!;
}
