/** The global `figma`: what the plugin uses of it, and what it must not use, as the documentation has them. */

import { bounds } from './geometry.ts';
import { History } from './history.ts';
import { Images } from './images.ts';
import { type Accessor, Nodes, newState } from './nodes.ts';
import type { FakeType, Property } from './properties.ts';
import { renderBounds, sceneOf } from './scene.ts';
import { Tree } from './tree.ts';

/** What only the host of the engine can do. */
export interface Outside {
  /** Paints a scene as a PNG. */
  paint(scene: unknown): Promise<Uint8Array>;
  /** Sends a copy to the panel. */
  send(message: unknown): void;
  /** Tells of the window and of notices. */
  tell(kind: 'showUI' | 'resize' | 'notify' | 'close', detail: unknown): void;
}

/** Of all keys and values, as JSON. */
const CLIENT_STORAGE = 5_000_000;

type Listener = (event: never) => void;

export class FakeFigma {
  readonly tree = new Tree();
  readonly images = new Images();
  readonly nodes: Nodes;
  readonly history: History;
  readonly storage = new Map<string, unknown>();
  currentPage = '0:1';
  readonly loadedPages = new Set(['0:1']);
  private readonly selections = new Map<string, string[]>();
  private listeners = new Map<string, Set<Listener>>();
  private changes: { readonly id: string; readonly type: string; readonly properties: string[] }[] = [];
  private created = 0;
  private panelListener: ((message: unknown, props: OnMessageProperties) => void) | undefined;
  command = '';

  private readonly outside: Outside;

  constructor(outside: Outside) {
    this.outside = outside;

    this.tree.add(newState('0:0', 'DOCUMENT', 'Untitled'));
    this.addPage('0:1', 'Page 1');
    this.addPage('0:2', 'Page 2');
    this.nodes = new Nodes({
      tree: this.tree,
      export: (id, settings) => this.export(id, settings),
      page: (id) => this.pageProperties(id),
    });
    this.history = new History(this.tree);
    this.tree.onChange = ({ id, type, property }) => this.noticeChange(id, type, property);
  }

  /** What the plugin sees. What is not here, Figma may have; the plugin does not use it. */
  readonly api = {
    apiVersion: '1.0.0',
    editorType: 'figma',
    mixed: Symbol('figma.mixed'),
    createRectangle: () => this.create('RECTANGLE'),
    createImage: (bytes: Uint8Array) => this.imageOf(this.images.add(bytes)),
    getImageByHash: (hash: string) => (this.images.get(hash) === undefined ? null : this.imageOf(hash)),
    getNodeByIdAsync: async (id: string) => (this.tree.find(id) === undefined ? null : this.nodes.wrap(id)),
    getNodeById: () => {
      throw new Error(
        'in getNodeById: Cannot call with documentAccess: dynamic-page. Use figma.getNodeByIdAsync instead.',
      );
    },
    loadFontAsync: async ({ family }: FontName) => void this.nodes.fonts.add(family),
    commitUndo: () => this.history.commit(),
    notify: (message: string, options: NotificationOptions = {}) => {
      this.outside.tell('notify', { message, error: options.error === true });
      return { cancel: () => {} };
    },
    on: (type: string, listener: Listener) => this.listenersOf(type).add(listener),
    off: (type: string, listener: Listener) => this.listenersOf(type).delete(listener),
    showUI: (html: string, options: ShowUIOptions = {}) =>
      this.outside.tell('showUI', { size: html.length, ...options }),
    clientStorage: {
      getAsync: async (key: string) => copied(this.storage.get(key)),
      setAsync: async (key: string, value: unknown) => this.store(key, value),
      deleteAsync: async (key: string) => void this.storage.delete(key),
      keysAsync: async () => [...this.storage.keys()],
    },
    ui: this.uiApi(),
    closePlugin: () => this.outside.tell('close', null),
  };

  /** Defines what is read anew each time, and nothing that can be added to. */
  sealed(): object {
    Object.defineProperties(this.api, {
      root: { get: () => this.nodes.wrap('0:0') },
      command: { get: () => this.command },
      currentPage: {
        get: () => this.nodes.wrap(this.currentPage),
        set: () => {
          throw new Error(
            'in set_currentPage: Cannot set with documentAccess: dynamic-page. Use figma.setCurrentPageAsync instead.',
          );
        },
      },
    });
    return Object.freeze(this.api);
  }

  create(type: FakeType, parent = this.currentPage): BaseNode {
    const id = `1:${++this.created}`;
    this.tree.add(newState(id, type, `${type} ${this.created}`));
    this.tree.put(id, parent, this.tree.get(parent).children.length);
    return this.nodes.wrap(id);
  }

  select(ids: readonly string[]): void {
    this.selections.set(this.currentPage, [...ids]);
    this.emit('selectionchange', undefined);
  }

  get selected(): string[] {
    return (this.selections.get(this.currentPage) ?? []).filter((id) => this.tree.find(id) !== undefined);
  }

  async switchPage(id: string): Promise<void> {
    this.currentPage = id;
    this.loadedPages.add(id);
    this.emit('currentpagechange', undefined);
  }

  /** From the panel. */
  receive(message: unknown): void {
    this.panelListener?.(message, { origin: 'null' });
  }

  /** Ends the plugin's run: nobody listens any more. */
  endRun(): void {
    this.listeners = new Map();
    this.panelListener = undefined;
  }

  export(id: string, settings: ExportSettingsImage): Promise<Uint8Array> {
    const { format, constraint = { type: 'SCALE', value: 1 }, useAbsoluteBounds = false } = settings;
    const page = this.tree.ancestors(id).find(({ type }) => type === 'PAGE');
    if (page === undefined || !this.loadedPages.has(page.id))
      throw new Error('in exportAsync: page is not loaded');
    if (format !== 'PNG' || constraint.type !== 'SCALE' || !(constraint.value > 0)) {
      throw new Error('in exportAsync: Invalid settings');
    }
    const scene = sceneOf(this.tree, this.images, id);
    const hidden = this.tree.ancestors(id).some(({ values }) => values.visible === false);
    if (hidden || scene.shapes.length === 0) {
      return Promise.reject(
        new Error('in exportAsync: Failed to export node. This node may not have any visible layers.'),
      );
    }
    const shown = useAbsoluteBounds ? bounds(this.tree.corners(id)) : renderBounds(this.tree, id);
    return this.outside.paint({ ...scene, bounds: shown, scale: constraint.value });
  }

  private addPage(id: string, name: string): void {
    this.tree.add(newState(id, 'PAGE', name));
    this.tree.put(id, '0:0', this.tree.get('0:0').children.length);
  }

  private pageProperties(id: string): Partial<Record<Property, Accessor>> {
    const loaded = this.loadedPages.has(id);
    const refuse = (): never => {
      throw new Error(
        'Cannot access the children of a page that has not been loaded. Call page.loadAsync() first.',
      );
    };
    return {
      ...(loaded
        ? {}
        : { children: { get: refuse }, insertChild: { get: refuse }, appendChild: { get: refuse } }),
      loadAsync: { get: () => async () => void this.loadedPages.add(id) },
      on: {
        get: () => (type: string, listener: Listener) => this.listenersOf(`${id} ${type}`).add(listener),
      },
      off: {
        get: () => (type: string, listener: Listener) => this.listenersOf(`${id} ${type}`).delete(listener),
      },
      selection: {
        get: () => Object.freeze(this.selected.map((node) => this.nodes.wrap(node))),
        set: (nodes: readonly SceneNode[]) => this.select(nodes.map((node) => this.nodes.idOf(node))),
      },
    };
  }

  private uiApi() {
    const self = this;
    return {
      postMessage: (message: unknown) => this.outside.send(message),
      resize: (width: number, height: number) => this.outside.tell('resize', { width, height }),
      set onmessage(listener: (message: unknown, props: OnMessageProperties) => void) {
        self.panelListener = listener;
      },
    };
  }

  private imageOf(hash: string): Image {
    const { bytes, width, height } = this.images.get(hash)!;
    return Object.freeze({
      hash,
      getBytesAsync: async () => Uint8Array.from(bytes),
      getSizeAsync: async () => ({ width, height }),
    });
  }

  private store(key: string, value: unknown): void {
    const others = [...this.storage].filter(([name]) => name !== key);
    if (JSON.stringify([...others, [key, value]]).length > CLIENT_STORAGE) {
      throw new Error('in clientStorage.setAsync: quota of 5 MB exceeded');
    }
    this.storage.set(key, copied(value));
  }

  private listenersOf(type: string): Set<Listener> {
    const listeners = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, listeners);
    return listeners;
  }

  private emit(type: string, event: unknown): void {
    for (const listener of this.listenersOf(type)) Promise.resolve().then(() => listener(event as never));
  }

  private noticeChange(id: string, type: NodeChange['type'], property?: string): void {
    if (this.changes.length === 0) Promise.resolve().then(() => this.tellChanges());
    this.changes.push({ id, type, properties: property === undefined ? [] : [property] });
  }

  private tellChanges(): void {
    const nodeChanges = this.changes.map(({ id, type, properties }) => ({
      ...{ id, type, properties, origin: 'LOCAL' },
      node: this.tree.find(id) === undefined ? { id, removed: true } : this.nodes.wrap(id),
    }));
    this.changes = [];
    this.emit(`${this.currentPage} nodechange`, { nodeChanges });
  }
}

const copied = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));
