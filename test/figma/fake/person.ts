/** What the person in front of Figma does and sees: the other end of the tests. */

import { arrangements } from './arrangements.ts';
import type { FakeFigma } from './figma.ts';
import { bounds, moved, type Point } from './geometry.ts';
import type { FakeType } from './properties.ts';

interface Seen {
  readonly id: string;
  readonly name: string;
  readonly corners: readonly { readonly x: number; readonly y: number }[];
  /** The file in its fill, where it has one, else a picture of it. */
  readonly png: Uint8Array;
}

/** By name, for calls from outside. */
export function personOf(figma: FakeFigma) {
  const { tree, images, history } = figma;
  const seen = async (id: string): Promise<Seen> => {
    const { values } = tree.get(id);
    const [fill] = (values.fills ?? []) as readonly Paint[];
    const hash = fill?.type === 'IMAGE' ? fill.imageHash : null;
    const png = hash
      ? images.get(hash)!.bytes
      : await figma.export(id, { format: 'PNG', useAbsoluteBounds: true });
    return {
      id,
      name: String(values.name),
      corners: tree.corners(id).map(([x, y]: Point) => ({ x, y })),
      png,
    };
  };
  /** What a person does is a step of its own; what a plugin has left uncommitted is one before it. */
  const act = <T>(work: () => T): T => {
    history.commit();
    const result = work();
    history.commit();
    return result;
  };
  return {
    addPicture: (name: string, png: Uint8Array, x: number, y: number) =>
      act(() => {
        const hash = images.add(png);
        const { width, height } = images.get(hash)!;
        const node = figma.create('RECTANGLE') as RectangleNode;
        node.resize(width, height);
        node.name = name;
        node.fills = [{ type: 'IMAGE', imageHash: hash, scaleMode: 'FILL' }];
        node.relativeTransform = moved(node.relativeTransform, [x, y]);
        return node.id;
      }),
    arrange: async (name: string, png: Uint8Array) => {
      const { id } = await arrangements[name]!(figma, {
        type: 'IMAGE',
        imageHash: images.add(png),
        scaleMode: 'FILL',
      });
      history.commit();
      history.forget();
      return id;
    },
    arrangements: () => Object.keys(arrangements),
    select: (ids: readonly string[]) => figma.select(ids),
    selected: () => figma.selected,
    remove: (id: string) => act(() => tree.remove(id)),
    /** As Ctrl+D does: what plugins have kept with a node goes along. */
    duplicate: (id: string) =>
      act(() => {
        const { type, parent, values, pluginData, relaunch } = tree.get(id);
        const copy = tree.get(figma.create(type as FakeType, parent!).id);
        Object.assign(copy, JSON.parse(JSON.stringify({ values, pluginData, relaunch })));
        return copy.id;
      }),
    set: (id: string, property: string, value: unknown) => act(() => tree.set(id, property, value)),
    /** As a plugin of another version may have. */
    writePluginData: (id: string, key: string, text: string) => {
      tree.get(id).pluginData[key] = text;
      tree.onChange({ id, type: 'PROPERTY_CHANGE', property: 'pluginData' });
    },
    undo: () => history.undo(),
    look: (): Promise<Seen[]> => Promise.all(tree.get(figma.currentPage).children.toReversed().map(seen)),
    see: seen,
    /** A node as it is stored. */
    inspect: (id: string) => ({
      ...tree.get(id),
      absolute: tree.absolute(id),
      corners: tree.corners(id),
      bounds: bounds(tree.corners(id)),
    }),
    /** Everything but some nodes, as text. */
    documentWithout: (...ids: readonly string[]) => {
      const states: { id: string; children: string[]; pluginData: unknown }[] = JSON.parse(tree.snapshot());
      return JSON.stringify(
        states
          .filter((state) => !ids.includes(state.id))
          .map((state) => ({
            ...state,
            children: state.children.filter((child) => !ids.includes(child)),
            pluginData: null,
          })),
      );
    },
    switchPage: (id: string) => figma.switchPage(id),
    storage: () => Object.fromEntries(figma.storage),
  };
}
