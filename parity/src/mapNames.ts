/** @file Stored attention maps: `down_cross/0`, `up_cross/2`. */

import type { Tensor } from '../../daemon/src/tensor/tensor.ts';

const PLACES = ['down', 'mid', 'up'];

/** In the order in which the UNet comes by them, whatever their order in the file. */
export function inCallOrder(names: readonly string[]): string[] {
  const key = (name: string): number => {
    const [, place = '', number] = /^(down|mid|up)_(?:cross|self)\/(\d+)$/.exec(name) ?? [];
    return PLACES.indexOf(place) * 1000 + Number(number);
  };
  return [...names].sort((a, b) => key(a) - key(b));
}

/** A map [heads, queries, keys] of one sample, as the networks have it: [1, heads, queries, keys]. */
export const batched = ({ shape, data }: Tensor): Tensor => ({ shape: [1, ...shape], data });
