/**
 * @file Where each word of a prompt looks, as finely as the UNet knows: for masks of things, where the official rule (the
 * maps at a quarter of the latent's side) is too coarse.
 *
 * Cross-attention of the finer sites says where a word looks, blurred and with gaps; self-attention says which places belong
 * together. A word's map A is weighted by what is like the places it looks at: A * (S A), with the self-attention S of the
 * finest grid (Wang et al. 2023, "Diffusion Model is Secretly a Training-Free Open Vocabulary Semantic Segmenter", 3.2, and
 * Nguyen et al. 2023, "Dataset Diffusion", 3.3, take S A; with the product an edge stays where A has one).
 */

import { PalimpsestError } from '@palimpsest/protocol';
import type { Grid } from '../attention/localBlend.ts';
import type { Value } from '../graph/graph.ts';
import { attend, attentionMap, fusedAttention } from '../graph/ops/attention.ts';
import { averagePool2, upsampleNearest } from '../graph/ops/convolution.ts';
import { add, mul } from '../graph/ops/elementwise.ts';
import { matmul } from '../graph/ops/linear.ts';
import { reduceMean } from '../graph/ops/mean.ts';
import { reshape, transpose } from '../graph/ops/movement.ts';
import type { NoiseRequest, Variant, VariedDenoiser } from '../networks/denoiser.ts';
import type { AttentionSite } from '../networks/spatialTransformer.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { coarseness, QUARTER } from './latentGrid.ts';

/** Self-attention of more places than this would take hundreds of megabytes: 32 x 32 in Stable Diffusion, 48 x 32 and so on. */
const MOST_PLACES = 2048;

/** What one site gives: its map averaged over heads, and its grid. */
interface SiteMap {
  readonly map: Value;
  readonly grid: Grid;
}

const FINE: Variant<null, Tensor> = {
  name: 'fineAttention',
  options: null,
  build: ({ latent, keyContext }, predict) => {
    const { graph, shape } = latent;
    const cross: SiteMap[] = [];
    const self: SiteMap[] = [];
    const isFiner = (site: AttentionSite) => coarseness(site, shape) < QUARTER;
    // Of a UNet that has nothing finer, a quarter has to do.
    const quarter: SiteMap[] = [];
    predict((site, q, k, v) => {
      const places = site.height * site.width;
      const wanted =
        site.place !== 'mid' &&
        coarseness(site, shape) <= QUARTER &&
        (site.kind === 'cross' || places <= MOST_PLACES);
      if (!wanted) return fusedAttention(q, k, v, site.heads);
      const map = attentionMap(q, k, site.heads);
      const list = site.kind === 'self' ? self : isFiner(site) ? cross : quarter;
      list.push({ map: reduceMean(map, [1]), grid: site });
      return attend(map, v);
    });
    const looking = cross.length > 0 ? cross : quarter;
    if (looking.length === 0 || self.length === 0) throw noWordMaps();
    // On the way down the finest come first.
    const { grid } = self[0]!;
    const tokens = keyContext.size(1);
    const onGrid = (maps: readonly SiteMap[]) => average(maps.map((map) => scaledTo(grid, map, tokens)));
    const found = onGrid(looking);
    const together = average(self.filter((site) => site.grid.height === grid.height).map(({ map }) => map));
    const places = reshape(found, [found.size(0), grid.height * grid.width, tokens]);
    const shared = mul(places, matmul(reshape(together, [found.size(0), places.size(1), -1]), places));
    graph.output('attention', reshape(shared, [found.size(0), grid.height, grid.width, tokens]));
  },
  feeds: () => ({}),
  read: ({ attention }) => attention!,
};

/**
 * The attention of each place to each token, [N, rows, columns, tokens]; only its proportions within a token mean anything.
 *
 * @throws {PalimpsestError} CONFIG_UNSUPPORTED for a UNet without cross-attention at a quarter of the latent's side or finer.
 */
export const fineAttention = (model: VariedDenoiser, request: NoiseRequest): Promise<Tensor> =>
  model.predict(FINE, request, null);

/** A map [N, 1, queries, tokens] as [N, tokens, height, width] of a grid whose sides are some power of 2 times its own. */
function scaledTo({ height, width }: Grid, { map, grid }: SiteMap, tokens: number): Value {
  const cells = reshape(map, [map.size(0), grid.height, grid.width, tokens]);
  let scaled = transpose(cells, [0, 3, 1, 2]);
  while (scaled.size(2) < height) scaled = upsampleNearest(scaled);
  while (scaled.size(2) > height) scaled = averagePool2(scaled);
  if (scaled.size(3) !== width) throw new RangeError(`a grid ${width} wide is no multiple of ${grid.width}`);
  return transpose(scaled, [0, 2, 3, 1]);
}

const average = (values: readonly Value[]): Value => mul(values.reduce(add), 1 / values.length);

function noWordMaps(): PalimpsestError {
  return new PalimpsestError(
    'CONFIG_UNSUPPORTED',
    "This model has no cross-attention at a quarter of the latent's side, so words cannot bound a change. Use a mask.",
  );
}
