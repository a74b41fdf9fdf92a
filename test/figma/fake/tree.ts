/** The document: nodes as plain data, so that an undo is a copy put back, and where they lie. */

import { bounds, corners, IDENTITY, inverted, moved, type Point, times } from './geometry.ts';

export interface State {
  readonly id: string;
  readonly type: NodeType;
  parent: string | null;
  /** From the bottom to the top. */
  children: string[];
  /** Properties by name. */
  values: Record<string, unknown>;
  pluginData: Record<string, string>;
  relaunch: Record<string, string>;
}

/** Their place and size come from what is in them, and nothing is relative to them. */
const HOLLOW: readonly NodeType[] = ['GROUP', 'BOOLEAN_OPERATION'];

export class Tree {
  private states = new Map<string, State>();
  /** Told of each change, for `nodechange`. */
  onChange: (change: {
    readonly id: string;
    readonly type: NodeChange['type'];
    readonly property?: string;
  }) => void = () => {};

  find(id: string): State | undefined {
    return this.states.get(id);
  }

  get(id: string): State {
    const state = this.states.get(id);
    if (state === undefined) throw new Error(`The node with id "${id}" does not exist`);
    return state;
  }

  add(state: State): State {
    this.states.set(state.id, state);
    this.onChange({ id: state.id, type: 'CREATE' });
    return state;
  }

  remove(id: string): void {
    const { parent, children } = this.get(id);
    for (const child of [...children]) this.remove(child);
    if (parent !== null) this.detach(id);
    this.states.delete(id);
    this.onChange({ id, type: 'DELETE' });
    // Groups do not stay empty.
    const holder = parent === null ? undefined : this.find(parent);
    if (holder?.type === 'GROUP' && holder.children.length === 0) this.remove(holder.id);
    this.layOut();
  }

  put(id: string, parent: string, index: number): void {
    if (this.get(id).parent !== null) this.detach(id);
    this.get(parent).children.splice(index, 0, id);
    this.get(id).parent = parent;
    this.onChange({ id, type: 'PROPERTY_CHANGE', property: 'parent' });
    this.layOut();
  }

  set(id: string, property: string, value: unknown): void {
    this.get(id).values[property] = value;
    this.onChange({ id, type: 'PROPERTY_CHANGE', property });
    this.layOut();
  }

  /** Every node as text. */
  snapshot(): string {
    return JSON.stringify([...this.states.values()]);
  }

  restore(snapshot: string): void {
    const states: State[] = JSON.parse(snapshot);
    this.states = new Map(states.map((state) => [state.id, state]));
  }

  /** From the node itself up to the page. */
  ancestors(id: string): State[] {
    const state = this.get(id);
    return state.parent === null ? [state] : [state, ...this.ancestors(state.parent)];
  }

  /** What a node's own transform is relative to. */
  container(id: string): State | null {
    const [, ...above] = this.ancestors(id);
    return above.find(({ type }) => !HOLLOW.includes(type) && type !== 'PAGE' && type !== 'DOCUMENT') ?? null;
  }

  absolute(id: string): Transform {
    const container = this.container(id);
    const own = this.relative(id);
    return container === null ? own : times(this.absolute(container.id), own);
  }

  relative(id: string): Transform {
    return this.box(id).transform;
  }

  size(id: string): { readonly width: number; readonly height: number } {
    return this.box(id);
  }

  corners(id: string): Point[] {
    const { width, height } = this.size(id);
    return corners(this.absolute(id), width, height);
  }

  /** Moves a node; of a group, what is in it. */
  place(id: string, transform: Transform): void {
    const state = this.get(id);
    const before = this.relative(id);
    if (HOLLOW.includes(state.type)) {
      const change = times(transform, inverted(before));
      for (const child of state.children) this.place(child, times(change, this.relative(child)));
    }
    this.set(
      id,
      'relativeTransform',
      this.isInFlow(state) ? moved(transform, [before[0][2], before[1][2]]) : transform,
    );
  }

  /** Whether an auto-layout frame decides where the node is. */
  isInFlow({ parent, values }: State): boolean {
    const mode = parent === null ? 'NONE' : (this.get(parent).values.layoutMode ?? 'NONE');
    return mode !== 'NONE' && values.layoutPositioning !== 'ABSOLUTE';
  }

  private box(id: string): { transform: Transform; width: number; height: number } {
    const { type, values, children } = this.get(id);
    const transform = (values.relativeTransform as Transform | undefined) ?? IDENTITY;
    if (!HOLLOW.includes(type)) {
      return { transform, width: values.width as number, height: values.height as number };
    }
    const axes = moved(transform, [0, 0]);
    const points = children.flatMap((child) => {
      const { width, height } = this.size(child);
      return corners(times(inverted(axes), this.relative(child)), width, height);
    });
    const { x, y, width, height } = bounds(points);
    return { transform: times(axes, moved(IDENTITY, [x, y])), width, height };
  }

  private detach(id: string): void {
    const state = this.get(id);
    const siblings = this.get(state.parent!).children;
    siblings.splice(siblings.indexOf(id), 1);
    state.parent = null;
  }

  /** Auto layout: children one after the other, and frames as large as they need to be. */
  private layOut(): void {
    for (const { id, values, children } of this.states.values()) {
      const { layoutMode = 'NONE', itemSpacing = 0, hugs = false } = values;
      if (layoutMode === 'NONE') continue;
      let end = 0;
      for (const child of children.map((name) => this.get(name)).filter((state) => this.isInFlow(state))) {
        const { width, height } = this.size(child.id);
        const own = moved(this.relative(child.id), [0, 0]);
        const room = bounds(corners(own, width, height));
        const start: Point = layoutMode === 'VERTICAL' ? [-room.x, end - room.y] : [end - room.x, -room.y];
        child.values.relativeTransform = moved(own, start);
        end += (layoutMode === 'VERTICAL' ? room.height : room.width) + Number(itemSpacing);
      }
      if (hugs)
        this.get(id).values[layoutMode === 'VERTICAL' ? 'height' : 'width'] = Math.max(
          1,
          end - Number(itemSpacing),
        );
    }
  }
}
