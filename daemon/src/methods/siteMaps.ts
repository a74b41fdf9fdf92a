/** @file Maps of several attention sites on one grid. */

import { PalimpsestError } from '@palimpsest/protocol';
import type { Grid } from '../attention/localBlend.ts';
import type { Value } from '../graph/graph.ts';
import { averagePool2, upsampleNearest } from '../graph/ops/convolution.ts';
import { add, mul } from '../graph/ops/elementwise.ts';
import { reshape, transpose } from '../graph/ops/movement.ts';
import type { AttentionSite } from '../networks/spatialTransformer.ts';
import { coarseness, QUARTER } from './latentGrid.ts';

/** What one site gives: its map [N, 1, queries, keys], averaged over heads. */
export interface SiteMap {
  readonly map: Value;
  readonly site: AttentionSite;
}

/** A grid of more places makes large maps and finds things no better: 32 x 32 in Stable Diffusion, 48 x 32 and so on. */
const MOST_PLACES = 2048;

export const isOnFineGrid = ({ height, width }: Grid): boolean => height * width <= MOST_PLACES;

/** Whether a site's cross-attention says where words look: down and up, at a quarter of the latent's side or finer. */
export const findsThings = (site: AttentionSite, latentShape: readonly number[]): boolean =>
  site.kind === 'cross' && site.place !== 'mid' && coarseness(site, latentShape) <= QUARTER;

/**
 * The cross-attention maps of `findsThings` sites, averaged on the finest of their grids that is no larger than masks need:
 * [N, rows, columns, tokens]. Sites at a quarter of the side count only where there is nothing finer.
 *
 * @throws {PalimpsestError} CONFIG_UNSUPPORTED when there is no such site.
 */
export function finestMaps(maps: readonly SiteMap[], latentShape: readonly number[]): Value {
  const finer = maps.filter(({ site }) => coarseness(site, latentShape) < QUARTER);
  const looking = finer.length > 0 ? finer : maps;
  // On the way down the finest come first.
  const grid = looking.find(({ site }) => isOnFineGrid(site))?.site;
  if (grid === undefined) throw noWordMaps();
  return average(looking.map((map) => scaledTo(grid, map)));
}

export const average = (values: readonly Value[]): Value => mul(values.reduce(add), 1 / values.length);

/** A map as [N, height, width, tokens] of a grid whose sides are some power of 2 times its own. */
function scaledTo({ height, width }: Grid, { map, site }: SiteMap): Value {
  const cells = reshape(map, [map.size(0), site.height, site.width, map.size(3)]);
  let scaled = transpose(cells, [0, 3, 1, 2]);
  while (scaled.size(2) < height) scaled = upsampleNearest(scaled);
  while (scaled.size(2) > height) scaled = averagePool2(scaled);
  if (scaled.size(3) !== width) throw new RangeError(`a grid ${width} wide is no multiple of ${site.width}`);
  return transpose(scaled, [0, 2, 3, 1]);
}

export function noWordMaps(): PalimpsestError {
  return new PalimpsestError(
    'CONFIG_UNSUPPORTED',
    "This model has no cross-attention at a quarter of the latent's side, so words cannot bound a change. Use a mask.",
  );
}
