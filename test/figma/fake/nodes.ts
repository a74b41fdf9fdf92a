/**
 * The nodes that a plugin gets: windows onto the tree. Each access gives new objects, arrays cannot be changed, what is
 * read-only throws when it is set, and what a type does not have cannot be added.
 */

import { bounds, IDENTITY, moved, rotation } from './geometry.ts';
import { DEFAULTS, type FakeType, PROPERTIES, type Property } from './properties.ts';
import type { State, Tree } from './tree.ts';

/** What nodes need of the editor besides the tree. */
export interface Surroundings {
  readonly tree: Tree;
  export(id: string, settings: ExportSettingsImage): Promise<Uint8Array>;
  /** Properties and methods of pages. */
  page(id: string): Partial<Record<Property, Accessor>>;
}

/** How a property is read and set; one that cannot be set has no `set`. */
export interface Accessor {
  get(): unknown;
  set?(value: never): void;
}

/** Bytes of one entry of plugin data. */
const MAX_ENTRY = 100_000;

export class Nodes {
  private readonly prototypes = new Map<NodeType, object>();
  private readonly ids = new WeakMap<object, string>();
  readonly fonts = new Set<string>();

  private readonly around: Surroundings;

  constructor(around: Surroundings) {
    this.around = around;
  }

  wrap(id: string): BaseNode {
    const node = Object.create(this.prototypeOf(this.around.tree.get(id).type));
    this.ids.set(node, id);
    return Object.preventExtensions(node);
  }

  idOf(node: unknown): string {
    const id = typeof node === 'object' && node !== null ? this.ids.get(node) : undefined;
    if (id === undefined) throw new Error('Expected node, got something else');
    return id;
  }

  private prototypeOf(type: NodeType): object {
    const known = this.prototypes.get(type);
    if (known !== undefined) return known;
    const names: readonly Property[] = PROPERTIES[type as FakeType];
    const self = this;
    const made = {};
    for (const name of names) {
      Object.defineProperty(made, name, {
        get(this: object) {
          return self.accessor(self.idOf(this), name).get();
        },
        set(this: object, value: never) {
          const { set } = self.accessor(self.idOf(this), name);
          if (set === undefined)
            throw new TypeError(`Cannot assign to read only property '${name}' of object`);
          self.mayChange(self.idOf(this), name);
          set(value);
        },
      });
    }
    this.prototypes.set(type, Object.freeze(made));
    return made;
  }

  private accessor(id: string, name: Property): Accessor {
    const { tree } = this.around;
    if (name === 'id') return { get: () => id };
    if (name === 'removed') return { get: () => tree.find(id) === undefined };
    const state = tree.get(id);
    const special = state.type === 'PAGE' ? this.around.page(id)[name] : undefined;
    return special ?? this.specials(state)[name] ?? this.plain(state, name);
  }

  /** Read as a copy that cannot be changed, and set as a whole. */
  private plain({ id, values }: State, name: Property): Accessor {
    return {
      get: () => frozen(values[name] ?? DEFAULTS[name]),
      set: (value) => this.around.tree.set(id, name, JSON.parse(JSON.stringify(value))),
    };
  }

  private specials(state: State): Partial<Record<Property, Accessor>> {
    const { tree } = this.around;
    const { id, type, parent, children, pluginData, relaunch } = state;
    const method = (call: (...args: never[]) => unknown): Accessor => ({ get: () => call });
    return {
      type: { get: () => type },
      parent: { get: () => parent && this.wrap(parent) },
      remove: method(() => {
        this.mayChange(id, 'remove');
        tree.remove(id);
      }),
      children: { get: () => Object.freeze(children.map((child) => this.wrap(child))) },
      appendChild: method((child: SceneNode) => this.insert(id, children.length, child)),
      insertChild: method((index: number, child: SceneNode) => this.insert(id, index, child)),
      getPluginData: method((key: string) => pluginData[key] ?? ''),
      setPluginData: method((key: string, value: string) => {
        if (utf8Length(key) + utf8Length(value) > MAX_ENTRY)
          throw new Error('in setPluginData: exceeds 100 kB');
        pluginData[key] = value;
        tree.onChange({ id, type: 'PROPERTY_CHANGE', property: 'pluginData' });
      }),
      getRelaunchData: method(() => ({ ...relaunch })),
      setRelaunchData: method((data: Record<string, string>) => {
        if (Object.values(data).some((text) => text.length > 1000))
          throw new Error('in setRelaunchData: too long');
        state.relaunch = { ...data };
      }),
      exportAsync: method((settings: ExportSettingsImage) => this.around.export(id, settings)),
      width: { get: () => tree.size(id).width },
      height: { get: () => tree.size(id).height },
      resize: method((width: number, height: number) => {
        if (!(width >= 0.01 && height >= 0.01)) throw new Error('in resize: Expected number >= 0.01');
        state.values.height = height;
        tree.set(id, 'width', width);
      }),
      relativeTransform: {
        get: () => frozen(tree.relative(id)),
        set: (value: Transform) => {
          const [[a, c], [b, d]] = value;
          const stretched = Math.abs(Math.hypot(a, b) - 1) + Math.abs(Math.hypot(c, d) - 1);
          if (!(stretched < 1e-6)) throw new Error('in set_relativeTransform: axes must have length 1');
          tree.place(id, value);
        },
      },
      x: {
        get: () => tree.relative(id)[0][2],
        set: (x: number) => this.shift(id, x, tree.relative(id)[1][2]),
      },
      y: {
        get: () => tree.relative(id)[1][2],
        set: (y: number) => this.shift(id, tree.relative(id)[0][2], y),
      },
      rotation: {
        get: () => (Math.atan2(-tree.relative(id)[1][0], tree.relative(id)[0][0]) * 180) / Math.PI,
        set: (degrees: number) => {
          const [[, , x], [, , y]] = tree.relative(id);
          tree.place(id, moved(rotation(degrees), [x, y]));
        },
      },
      absoluteTransform: { get: () => frozen(tree.absolute(id)) },
      absoluteBoundingBox: { get: () => frozen(bounds(tree.corners(id))) },
      layoutPositioning: {
        get: () => state.values.layoutPositioning ?? 'AUTO',
        set: (value: 'AUTO' | 'ABSOLUTE') => {
          const mode = parent === null ? 'NONE' : (tree.get(parent).values.layoutMode ?? 'NONE');
          if (value === 'ABSOLUTE' && mode === 'NONE') {
            throw new Error(
              'in set_layoutPositioning: Can only set layoutPositioning = "ABSOLUTE" if the parent node has layoutMode !== NONE',
            );
          }
          tree.set(id, 'layoutPositioning', value);
        },
      },
      cornerRadius: {
        get: () => state.values.cornerRadius ?? state.values.topLeftRadius ?? 0,
        set: (radius: number) => {
          for (const corner of ['topLeft', 'topRight', 'bottomLeft', 'bottomRight']) {
            tree.set(id, `${corner}Radius`, radius);
          }
        },
      },
      characters: {
        get: () => state.values.characters ?? '',
        set: (text: string) => {
          if (this.fonts.size === 0)
            throw new Error('in set_characters: Cannot write to node with unloaded font');
          tree.set(id, 'characters', text);
        },
      },
    };
  }

  private shift(id: string, x: number, y: number): void {
    this.around.tree.place(id, moved(this.around.tree.relative(id), [x, y]));
  }

  private insert(parent: string, index: number, child: SceneNode): void {
    const { tree } = this.around;
    const id = this.idOf(child);
    const [holder, ...above] = tree.ancestors(parent);
    if ([holder!, ...above].some(({ type }) => type === 'INSTANCE')) {
      throw new Error(
        'in insertChild: Cannot move node. New parent is an instance or is inside of an instance',
      );
    }
    if (holder!.type === 'COMPONENT_SET' && tree.get(id).type !== 'COMPONENT') {
      throw new Error('in insertChild: Cannot move node. A COMPONENT_SET node holds COMPONENT nodes only');
    }
    if (holder!.values.refusesChildren === true) throw new Error('in insertChild: Cannot move node.');
    const most = holder!.children.filter((other) => other !== id).length;
    if (index > holder!.children.length || index < 0) {
      throw new Error(`in insertChild: index ${index} is out of bounds`);
    }
    tree.put(id, parent, Math.min(index, most));
  }

  /** What is within an instance stays as its component has it, but for a few things. */
  private mayChange(id: string, name: Property): void {
    const [, ...above] = this.around.tree.ancestors(id);
    const free: readonly Property[] = ['name', 'visible', 'fills', 'characters', 'opacity'];
    if (above.some(({ type }) => type === 'INSTANCE') && !free.includes(name)) {
      throw new Error(`in set_${name}: This property cannot be overriden in an instance`);
    }
  }
}

export const newState = (id: string, type: NodeType, name: string): State => ({
  ...{ id, type, parent: null, children: [], pluginData: {}, relaunch: {} },
  values: { name, width: 100, height: 100, relativeTransform: IDENTITY },
});

function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const copy = Array.isArray(value) ? value.map(frozen) : mapValues(value, frozen);
  return Object.freeze(copy);
}

const mapValues = (value: object, change: (part: unknown) => unknown): object =>
  Object.fromEntries(Object.entries(value).map(([key, part]) => [key, change(part)]));

/** There is no TextEncoder here, as there is none in Figma. */
const utf8Length = (text: string): number => unescape(encodeURIComponent(text)).length;
