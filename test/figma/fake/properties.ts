/** Which properties each type of node has, as the typings have them; those that the plugin could meet. */

const BASE = ['id', 'type', 'name', 'parent', 'removed', 'remove', 'getPluginData', 'setPluginData'] as const;
const SCENE = [
  ...BASE,
  'visible',
  'locked',
  'setRelaunchData',
  'getRelaunchData',
  'exportAsync',
  'width',
  'height',
  'x',
  'y',
  'relativeTransform',
  'absoluteTransform',
  'absoluteBoundingBox',
] as const;
const LAYOUT = [
  ...SCENE,
  'absoluteRenderBounds',
  'rotation',
  'resize',
  'layoutPositioning',
  'layoutGrow',
] as const;
const BLEND = ['opacity', 'blendMode', 'isMask', 'effects'] as const;
const GEOMETRY = ['fills', 'strokes', 'strokeWeight', 'strokeAlign'] as const;
const CORNERS = [
  'cornerRadius',
  'cornerSmoothing',
  'topLeftRadius',
  'topRightRadius',
  'bottomLeftRadius',
  'bottomRightRadius',
] as const;
const CHILDREN = ['children', 'appendChild', 'insertChild'] as const;
const SHAPE = [...LAYOUT, ...BLEND, ...GEOMETRY] as const;
const FRAME = [
  ...SHAPE,
  ...CORNERS,
  ...CHILDREN,
  'constraints',
  'clipsContent',
  'layoutMode',
  'itemSpacing',
  'itemReverseZIndex',
] as const;

export const PROPERTIES = {
  DOCUMENT: [...BASE, 'children'],
  PAGE: [...BASE, ...CHILDREN, 'selection', 'loadAsync', 'on', 'off'],
  SLICE: LAYOUT,
  FRAME,
  COMPONENT: FRAME,
  COMPONENT_SET: FRAME,
  INSTANCE: FRAME,
  GROUP: [...LAYOUT, ...BLEND, ...CHILDREN],
  TRANSFORM_GROUP: [...LAYOUT, ...BLEND, ...CHILDREN],
  BOOLEAN_OPERATION: [...SHAPE, ...CHILDREN, 'cornerRadius'],
  SECTION: [...SCENE, ...CHILDREN, ...CORNERS, 'fills', 'strokes'],
  RECTANGLE: [...SHAPE, ...CORNERS, 'constraints'],
  ELLIPSE: [...SHAPE, 'cornerRadius', 'constraints'],
  POLYGON: [...SHAPE, 'cornerRadius', 'constraints'],
  VECTOR: [...SHAPE, 'cornerRadius', 'constraints'],
  LINE: [...SHAPE, 'constraints'],
  TEXT: [...SHAPE, 'constraints', 'characters'],
} as const satisfies Partial<Record<NodeType, readonly string[]>>;

export type FakeType = keyof typeof PROPERTIES;
export type Property = (typeof PROPERTIES)[FakeType][number];

/** What a new node has. */
export const DEFAULTS: Readonly<Record<string, unknown>> = {
  visible: true,
  locked: false,
  opacity: 1,
  blendMode: 'PASS_THROUGH',
  isMask: false,
  effects: [],
  fills: [{ type: 'SOLID', color: { r: 0.85, g: 0.85, b: 0.85 } }],
  strokes: [],
  strokeWeight: 1,
  strokeAlign: 'INSIDE',
  cornerSmoothing: 0,
  topLeftRadius: 0,
  topRightRadius: 0,
  bottomLeftRadius: 0,
  bottomRightRadius: 0,
  constraints: { horizontal: 'MIN', vertical: 'MIN' },
  clipsContent: true,
  layoutMode: 'NONE',
  itemSpacing: 0,
  itemReverseZIndex: false,
  layoutPositioning: 'AUTO',
  layoutGrow: 0,
  width: 100,
  height: 100,
};
