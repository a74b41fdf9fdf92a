/** A node as a list of what is to be painted, from the bottom to the top; the painting itself is the host's. */

import type { Outline, PaintedShape, Scene } from '../scene.ts';
import { bounds } from './geometry.ts';
import type { Images } from './images.ts';
import { DEFAULTS } from './properties.ts';
import type { State, Tree } from './tree.ts';

/** Everything within a node, as it lies on the page. */
export function sceneOf(tree: Tree, images: Images, id: string): Omit<Scene, 'bounds' | 'scale'> {
  const files: Record<string, Uint8Array> = {};
  const shapes = shapesOf(tree, id, [], 1).map((shape) => {
    if (shape.image !== null) files[shape.image.hash] = images.get(shape.image.hash)!.bytes;
    return shape;
  });
  return { shapes, files, opacity: opacityOf(tree, id) };
}

const opacityOf = (tree: Tree, id: string): number => Number(tree.get(id).values.opacity ?? DEFAULTS.opacity);

/** With what shadows and strokes add to the box. */
export function renderBounds(tree: Tree, id: string): Rect {
  const {
    effects = [],
    strokes = [],
    strokeAlign = 'INSIDE',
    strokeWeight = 1,
  } = tree.get(id).values as {
    effects?: readonly Effect[];
    strokes?: readonly Paint[];
    strokeAlign?: string;
    strokeWeight?: number;
  };
  const { x, y, width, height } = bounds(tree.corners(id));
  const stroke = strokes.length > 0 && strokeAlign === 'OUTSIDE' ? strokeWeight : 0;
  const shadow = effects.some(({ type, visible }) => type === 'DROP_SHADOW' && visible) ? 12 : 0;
  const more = Math.max(stroke, shadow);
  return { x: x - more, y: y - more, width: width + 2 * more, height: height + 2 * more };
}

/** @param alpha of the node among what is painted. */
function shapesOf(tree: Tree, id: string, clips: readonly Outline[], alpha: number): PaintedShape[] {
  const state = tree.get(id);
  const value = (name: string): unknown => state.values[name] ?? DEFAULTS[name];
  if (value('visible') === false) return [];
  const outline = outlineOf(tree, state);
  const own = fillsOf(state).map((fill) => ({ ...outline, ...fill, clips, opacity: alpha * fill.opacity }));
  let within = clipsContent(state) ? [...clips, outline] : clips;
  const children = state.children.flatMap((child) => {
    const shapes = shapesOf(tree, child, within, alpha * opacityOf(tree, child));
    if (tree.get(child).values.isMask !== true) return shapes;
    // It shows nothing itself, and bounds those above it.
    within = [...within, outlineOf(tree, tree.get(child))];
    return [];
  });
  return state.type === 'BOOLEAN_OPERATION' ? own : [...own, ...children];
}

const clipsContent = ({ type, values }: State): boolean =>
  ['FRAME', 'COMPONENT', 'INSTANCE'].includes(type) && values.clipsContent !== false;

function outlineOf(tree: Tree, { id, type, values }: State): Outline {
  const { width, height } = tree.size(id);
  const radius = Number(values.topLeftRadius ?? 0);
  return { transform: tree.absolute(id), width, height, radius, round: type === 'ELLIPSE' };
}

function fillsOf({ type, values }: State): Pick<PaintedShape, 'colour' | 'image' | 'opacity'>[] {
  if (['GROUP', 'TRANSFORM_GROUP', 'SLICE'].includes(type)) return [];
  const fills = (values.fills ?? DEFAULTS.fills) as readonly Paint[];
  return fills.flatMap((paint) => {
    if (paint.visible === false) return [];
    const { opacity = 1 } = paint;
    if (paint.type === 'SOLID')
      return { colour: [paint.color.r, paint.color.g, paint.color.b], image: null, opacity };
    if (paint.type !== 'IMAGE' || !paint.imageHash) return [];
    const { imageHash: hash, scaleMode, imageTransform = null } = paint;
    return { colour: [0, 0, 0], image: { hash, scaleMode, imageTransform }, opacity };
  });
}
