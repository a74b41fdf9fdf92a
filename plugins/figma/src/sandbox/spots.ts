/** @file Where something new can be placed above a layer. */

import { firstIsOnTop, indexIn } from './layers.ts';

/** A place among the children of a node. */
export interface Spot {
  readonly parent: BaseNode & ChildrenMixin;
  readonly index: number;
}

/**
 * What may hold a new rectangle. Instances may not be changed inside; in a boolean operation the rectangle would become
 * part of the shape; a component set holds components only.
 */
const HOLDERS: readonly BaseNode['type'][] = ['PAGE', 'FRAME', 'GROUP', 'SECTION', 'COMPONENT'];

/**
 * Places above a source, the nearest first. The first is directly above it, or above the nearest thing around it whose
 * neighbours can be added to; the others are there in case Figma refuses that.
 */
export function* spotsAbove(source: SceneNode): Generator<Spot> {
  let anchor: BaseNode = source;
  for (let node: BaseNode = source; hasHolder(node); node = node.parent) {
    const hidesNeighbours = node === anchor && 'isMask' in node && node.isMask && node.parent.type !== 'PAGE';
    if (hidesNeighbours || !HOLDERS.includes(node.parent.type)) anchor = node.parent;
  }
  for (let node = anchor; hasHolder(node); node = node.parent) {
    const index = indexIn(node.parent, node);
    yield { parent: node.parent, index: firstIsOnTop(node.parent) ? index : index + 1 };
  }
}

/** Everything within a page. */
const hasHolder = (node: BaseNode): node is BaseNode & { readonly parent: BaseNode & ChildrenMixin } =>
  node.type !== 'PAGE' && node.parent !== null;
