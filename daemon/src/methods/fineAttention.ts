/**
 * @file Where each word of a prompt looks, as finely as the UNet knows: for masks of things, where the official rule (the
 * maps at a quarter of the latent's side) is too coarse.
 *
 * Cross-attention of the finer sites says where a word looks, blurred and with gaps; self-attention says which places belong
 * together. A word's map A is weighted by what is like the places it looks at: A * (S A), with the self-attention S of the
 * finest grid (Wang et al. 2023, "Diffusion Model is Secretly a Training-Free Open Vocabulary Semantic Segmenter", 3.2, and
 * Nguyen et al. 2023, "Dataset Diffusion", 3.3, take S A; with the product an edge stays where A has one).
 */

import { attend, attentionMap, fusedAttention } from '../graph/ops/attention.ts';
import { mul } from '../graph/ops/elementwise.ts';
import { matmul } from '../graph/ops/linear.ts';
import { reduceMean } from '../graph/ops/mean.ts';
import { reshape } from '../graph/ops/movement.ts';
import type { NoiseRequest, Variant, VariedDenoiser } from '../networks/denoiser.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { average, findsThings, finestMaps, isOnFineGrid, noWordMaps, type SiteMap } from './siteMaps.ts';

const FINE: Variant<null, Tensor> = {
  name: 'fineAttention',
  options: null,
  build: ({ latent }, predict) => {
    const { graph, shape } = latent;
    const cross: SiteMap[] = [];
    const self: SiteMap[] = [];
    predict((site, q, k, v) => {
      const isWanted =
        site.kind === 'self' ? site.place !== 'mid' && isOnFineGrid(site) : findsThings(site, shape);
      if (!isWanted) return fusedAttention(q, k, v, site.heads);
      const map = attentionMap(q, k, site.heads);
      (site.kind === 'self' ? self : cross).push({ map: reduceMean(map, [1]), site });
      return attend(map, v);
    });
    const maps = finestMaps(cross, shape);
    const [, rows = 0, columns = 0] = maps.shape;
    const alike = self.filter(({ site }) => site.height === rows && site.width === columns);
    if (alike.length === 0) throw noWordMaps();
    const places = reshape(maps, [maps.size(0), rows * columns, maps.size(3)]);
    const together = reshape(average(alike.map(({ map }) => map)), [maps.size(0), rows * columns, -1]);
    graph.output('attention', reshape(mul(places, matmul(together, places)), maps.shape));
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
