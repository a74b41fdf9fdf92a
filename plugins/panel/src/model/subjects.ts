/** @file What an edit works on: the selected layers, or what selected results were made from. */

import { type EditorHost, isStyleOrder, type Layer, type LayerMemory, type Order } from '@palimpsest/sdk';

/** A selected layer, with what is kept with it. */
export interface Selected {
  readonly layer: Layer;
  readonly memory: LayerMemory;
}

/** Each once. Of the result of a style transfer that is selected alone, the layer that lent its style comes second. */
export async function subjectsOf(host: EditorHost, selected: readonly Selected[]): Promise<readonly Layer[]> {
  const origins = await Promise.all(
    selected.map(async ({ layer, memory: { made } }) => {
      const origin = made && (await host.find(made.from));
      return origin ?? layer;
    }),
  );
  const order = commonOrder(selected);
  const style =
    selected.length === 1 && order !== null && isStyleOrder(order) ? await host.find(order.style.id) : null;
  const all = style === null ? origins : [...origins, style];
  return all.filter((layer, i) => all.findIndex(({ id }) => id === layer.id) === i);
}

/** How all of these were made, or null. */
export function commonOrder(selected: readonly Selected[]): Order | null {
  const [first, ...others] = selected.map(({ memory }) => memory.made?.recipe.order);
  const isCommon = others.every((order) => JSON.stringify(order) === JSON.stringify(first));
  return first !== undefined && isCommon ? first : null;
}
