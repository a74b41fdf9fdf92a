/** Ways in which a layer can lie in a document. Each makes one, and gives the layer that is to be edited. */

import type { FakeFigma } from './figma.ts';
import { moved, rotation, times } from './geometry.ts';
import type { FakeType } from './properties.ts';

type Arrange = (figma: FakeFigma, photo: ImagePaint) => SceneNode | Promise<SceneNode>;
type Holder = BaseNode & ChildrenMixin;

/** Of the picture that fills the layer. */
const SIZE = [60, 40] as const;

const FLIPPED: Transform = [
  [-1, 0, 0],
  [0, 1, 0],
];

/** A node with some properties, in a holder or on the page. */
function make<N extends SceneNode>(
  figma: FakeFigma,
  type: FakeType,
  {
    parent,
    size = [100, 80],
    ...values
  }: { parent?: Holder; size?: readonly [number, number] } & Partial<Record<string, unknown>> = {},
): N {
  const node = figma.create(type) as N;
  figma.tree.get(node.id).values.width = size[0];
  figma.tree.get(node.id).values.height = size[1];
  parent?.appendChild(node);
  for (const [name, value] of Object.entries(values)) {
    if (name === 'relativeTransform') node.relativeTransform = value as Transform;
    else figma.tree.set(node.id, name, value);
  }
  return node;
}

const at = (x: number, y: number, turned = 0): Transform => moved(rotation(turned), [x, y]);

const photo = (
  figma: FakeFigma,
  fill: ImagePaint,
  parent?: Holder,
  values: Record<string, unknown> = {},
): RectangleNode =>
  make(figma, 'RECTANGLE', {
    ...(parent === undefined ? {} : { parent }),
    ...{ size: SIZE, fills: [fill], relativeTransform: at(11, 7), ...values },
  });

const plain = (figma: FakeFigma, parent: Holder, x = 0, y = 0): SceneNode =>
  make(figma, 'RECTANGLE', { parent, size: [30, 20], relativeTransform: at(x, y) });

const frame = (figma: FakeFigma, values: { parent?: Holder } & Record<string, unknown> = {}): FrameNode =>
  make(figma, 'FRAME', { size: [300, 200], relativeTransform: at(40, 30), ...values });

export const arrangements: Readonly<Record<string, Arrange>> = {
  'on the page': (figma, fill) => photo(figma, fill),
  'between two others on the page': (figma, fill) => {
    make(figma, 'RECTANGLE');
    const source = photo(figma, fill);
    make(figma, 'RECTANGLE');
    return source;
  },
  rotated: (figma, fill) => photo(figma, fill, undefined, { relativeTransform: at(50, 60, 33) }),
  'turned by a right angle': (figma, fill) =>
    photo(figma, fill, undefined, { relativeTransform: at(50, 60, 90) }),
  flipped: (figma, fill) => photo(figma, fill, undefined, { relativeTransform: moved(FLIPPED, [200, 10]) }),
  'flipped and rotated': (figma, fill) =>
    photo(figma, fill, undefined, { relativeTransform: moved(times(rotation(-20), FLIPPED), [90, 80]) }),
  skewed: (figma, fill) =>
    photo(figma, fill, undefined, {
      relativeTransform: [
        [1, Math.sin(0.3), 20],
        [0, Math.cos(0.3), 20],
      ],
    }),
  'with a box of fractions': (figma, fill) =>
    photo(figma, fill, undefined, { size: [123.457, 82.3047], relativeTransform: at(0.123, 0.977, 7.7) }),
  'in a frame': (figma, fill) => photo(figma, fill, frame(figma)),
  'in a rotated frame': (figma, fill) =>
    photo(figma, fill, frame(figma, { relativeTransform: at(70, 90, -25) })),
  'rotated, in two rotated frames': (figma, fill) => {
    const outer = frame(figma, { relativeTransform: at(70, 90, 15) });
    const inner = frame(figma, { parent: outer, relativeTransform: at(20, 30, 40) });
    return photo(figma, fill, inner, { relativeTransform: at(30, 50, -70) });
  },
  'in a flipped frame': (figma, fill) =>
    photo(figma, fill, frame(figma, { relativeTransform: moved(FLIPPED, [400, 0]) })),
  'in a group': (figma, fill) => {
    const group = make<GroupNode>(figma, 'GROUP');
    plain(figma, group, 5, 5);
    const source = photo(figma, fill, group);
    plain(figma, group, 90, 70);
    return source;
  },
  'in a rotated group': (figma, fill) => {
    const group = make<GroupNode>(figma, 'GROUP');
    const source = photo(figma, fill, group);
    plain(figma, group, 90, 70);
    group.relativeTransform = at(60, 60, 28);
    return source;
  },
  'in a rotated group in a group in a rotated frame': (figma, fill) => {
    const outer = make<GroupNode>(figma, 'GROUP', {
      parent: frame(figma, { relativeTransform: at(70, 90, -25) }),
    });
    const inner = make<GroupNode>(figma, 'GROUP', { parent: outer });
    const source = photo(figma, fill, inner);
    plain(figma, inner, 90, 70);
    plain(figma, outer, 20, 120);
    inner.relativeTransform = at(44, 66, 50);
    return source;
  },
  'in an auto-layout row that hugs': (figma, fill) => {
    const row = frame(figma, { layoutMode: 'HORIZONTAL', itemSpacing: 8, hugs: true });
    plain(figma, row);
    const source = photo(figma, fill, row);
    plain(figma, row);
    return source;
  },
  'in an auto-layout column with the first on top': (figma, fill) => {
    const column = frame(figma, { layoutMode: 'VERTICAL', itemSpacing: -10, itemReverseZIndex: true });
    plain(figma, column);
    const source = photo(figma, fill, column);
    plain(figma, column);
    return source;
  },
  'rotated, in auto layout': (figma, fill) => {
    const row = frame(figma, { layoutMode: 'HORIZONTAL', itemSpacing: 8, relativeTransform: at(20, 20, 12) });
    plain(figma, row);
    return photo(figma, fill, row, { relativeTransform: at(0, 0, 35) });
  },
  'absolute, in auto layout': (figma, fill) => {
    const row = frame(figma, { layoutMode: 'HORIZONTAL' });
    plain(figma, row);
    const source = photo(figma, fill, row);
    source.layoutPositioning = 'ABSOLUTE';
    source.relativeTransform = at(120, 33);
    return source;
  },
  'in a group in auto layout': (figma, fill) => {
    const row = frame(figma, { layoutMode: 'HORIZONTAL', itemSpacing: 5 });
    plain(figma, row);
    const group = make<GroupNode>(figma, 'GROUP', { parent: row });
    const source = photo(figma, fill, group);
    plain(figma, group, 80, 60);
    return source;
  },
  'in a grid': (figma, fill) => {
    const grid = frame(figma, { layoutMode: 'GRID', itemSpacing: 5 });
    plain(figma, grid);
    return photo(figma, fill, grid);
  },
  'with constraints': (figma, fill) =>
    photo(figma, fill, frame(figma), { constraints: { horizontal: 'SCALE', vertical: 'STRETCH' } }),
  'above a mask': (figma, fill) => {
    const group = make<GroupNode>(figma, 'GROUP');
    make(figma, 'ELLIPSE', { parent: group, isMask: true, size: [50, 50] });
    return photo(figma, fill, group);
  },
  'as a mask': (figma, fill) => {
    const group = make<GroupNode>(figma, 'GROUP');
    const source = photo(figma, fill, group, { isMask: true });
    plain(figma, group, 20, 20);
    return source;
  },
  'sticking out of a frame that clips': (figma, fill) =>
    photo(figma, fill, frame(figma, { size: [50, 50] }), { relativeTransform: at(30, 30) }),
  'with a shadow and an outer stroke': (figma, fill) =>
    photo(figma, fill, frame(figma), {
      effects: [{ type: 'DROP_SHADOW', visible: true, radius: 12 }],
      strokes: [{ type: 'SOLID', color: { r: 0, g: 0, b: 0 } }],
      ...{ strokeWeight: 6, strokeAlign: 'OUTSIDE', relativeTransform: at(60, 60, 20) },
    }),
  'that is see-through and blended': (figma, fill) =>
    photo(figma, fill, frame(figma), {
      opacity: 0.5,
      blendMode: 'MULTIPLY',
      relativeTransform: at(9, 8, 15),
    }),
  'with round corners': (figma, fill) =>
    photo(figma, fill, undefined, {
      ...{
        topLeftRadius: 3,
        topRightRadius: 5,
        bottomLeftRadius: 7,
        bottomRightRadius: 9,
        cornerSmoothing: 0.6,
      },
    }),
  'in a component': (figma, fill) =>
    photo(figma, fill, make<ComponentNode>(figma, 'COMPONENT', { relativeTransform: at(30, 20, 17) })),
  'in an instance': (figma, fill) => {
    const instance = make<InstanceNode>(figma, 'INSTANCE', { parent: frame(figma), size: [120, 90] });
    return inInstance(figma, instance, photo(figma, fill));
  },
  'in an instance in a rotated instance': (figma, fill) => {
    const outer = make<InstanceNode>(figma, 'INSTANCE', { relativeTransform: at(50, 50, 31) });
    const inner = inInstance(
      figma,
      outer,
      make<InstanceNode>(figma, 'INSTANCE', { relativeTransform: at(5, 5, 10) }),
    );
    return inInstance(figma, inner, photo(figma, fill));
  },
  'in a boolean operation': (figma, fill) => {
    const shape = make<BooleanOperationNode>(figma, 'BOOLEAN_OPERATION', { parent: frame(figma) });
    const source = photo(figma, fill, shape);
    plain(figma, shape, 40, 30);
    return source;
  },
  'as a variant in a component set': (figma, fill) => {
    const set = make<ComponentSetNode>(figma, 'COMPONENT_SET', { size: [300, 200] });
    const variant = make<ComponentNode>(figma, 'COMPONENT', {
      relativeTransform: at(20, 20),
      size: SIZE,
      fills: [fill],
    });
    set.appendChild(variant);
    return variant;
  },
  'locked, in a locked frame': (figma, fill) =>
    photo(figma, fill, frame(figma, { locked: true }), { locked: true }),
  'in a section': (figma, fill) =>
    photo(
      figma,
      fill,
      make<SectionNode>(figma, 'SECTION', { size: [400, 300], relativeTransform: at(90, 10) }),
    ),
  'in a parent that refuses children': (figma, fill) => {
    const source = photo(figma, fill, frame(figma, { relativeTransform: at(70, 90, -25) }));
    figma.tree.set(source.parent!.id, 'refusesChildren', true);
    return source;
  },
  'in a transform group': (figma, fill) => {
    const group = make<TransformGroupNode>(figma, 'TRANSFORM_GROUP', { relativeTransform: at(70, 20, 10) });
    return photo(figma, fill, group);
  },
  'an ellipse, rotated': (figma, fill) =>
    make(figma, 'ELLIPSE', { size: SIZE, fills: [fill], relativeTransform: at(50, 60, 40) }),
  'a frame with a photo in it': (figma, fill) => {
    const source = frame(figma, { size: SIZE, topLeftRadius: 4, relativeTransform: at(70, 90, 64) });
    photo(figma, fill, source, { relativeTransform: at(0, 0) });
    return source;
  },
  'a see-through frame with a photo in it': (figma, fill) => {
    const source = frame(figma, { size: SIZE, opacity: 0.4, blendMode: 'SCREEN' });
    photo(figma, fill, source, { relativeTransform: at(0, 0) });
    return source;
  },
  'a see-through group in a see-through frame': (figma, fill) => {
    const group = make<GroupNode>(figma, 'GROUP', {
      parent: frame(figma, { opacity: 0.7 }),
      ...{ opacity: 0.6, blendMode: 'PASS_THROUGH' },
    });
    photo(figma, fill, group, { relativeTransform: at(0, 0) });
    make(figma, 'RECTANGLE', { parent: group, size: [10, 10], relativeTransform: at(20, 10) });
    return group;
  },
  'a rotated group of two': (figma, fill) => {
    const group = make<GroupNode>(figma, 'GROUP');
    photo(figma, fill, group, { relativeTransform: at(0, 0) });
    make(figma, 'RECTANGLE', { parent: group, size: [10, 10], relativeTransform: at(20, 10) });
    group.relativeTransform = at(60, 60, -75);
    return group;
  },
  'an instance': (figma, fill) =>
    make(figma, 'INSTANCE', { size: SIZE, fills: [fill], relativeTransform: at(4, 5) }),
  'a flipped vector': (figma, fill) =>
    make(figma, 'VECTOR', { size: SIZE, fills: [fill], relativeTransform: moved(FLIPPED, [100, 40]) }),
  'a text': async (figma, fill) => {
    await figma.api.loadFontAsync({ family: 'Inter', style: 'Regular' });
    const text = make<TextNode>(figma, 'TEXT', { size: SIZE, fills: [fill], relativeTransform: at(15, 25) });
    text.characters = 'Words';
    return text;
  },
  'on a page that is not open': (figma, fill) => {
    const source = photo(figma, fill);
    figma.tree.put(source.id, '0:2', 0);
    return source;
  },
};

/** A person cannot put something into an instance; its component can. */
function inInstance<N extends SceneNode>(figma: FakeFigma, instance: InstanceNode, node: N): N {
  figma.tree.put(node.id, instance.id, instance.children.length);
  return node;
}
