/** @file The cross-attention maps that the attention loss and LocalBlend look at. */

import type { Value } from '../graph/graph.ts';
import { attend, attentionMap, fusedAttention } from '../graph/ops/attention.ts';
import type { NamedTensors, NoiseRequest, Variant, VariedDenoiser } from '../networks/denoiser.ts';
import type { AttentionSite, SiteAttention } from '../networks/spatialTransformer.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { coarseness, QUARTER } from './latentGrid.ts';

/**
 * Whether a site's map is one of the cross-attention maps at a quarter of the latent's side, down and up but not mid:
 * five of them in Stable Diffusion.
 */
export const isTargetSite = (site: AttentionSite, latentShape: readonly number[]): boolean =>
  site.kind === 'cross' && site.place !== 'mid' && coarseness(site, latentShape) === QUARTER;

/** Fused attention everywhere but at the target sites, whose maps [N, heads, queries, tokens] go to `record`. */
export function recordingAttention(
  latentShape: readonly number[],
  record: (map: Value) => void,
): SiteAttention {
  return (site, q, k, v) => {
    if (!isTargetSite(site, latentShape)) return fusedAttention(q, k, v, site.heads);
    const map = attentionMap(q, k, site.heads);
    record(map);
    return attend(map, v);
  };
}

/** The predicted noise, and attention maps in call order. */
export interface RecordedNoise {
  readonly noise: Tensor;
  readonly maps: readonly Tensor[];
}

const RECORDING: Variant<null, RecordedNoise> = {
  name: 'recording',
  options: null,
  build: (inputs, predict) => {
    const { graph, shape } = inputs.latent;
    let maps = 0;
    graph.output('noise', predict(recordingAttention(shape, (map) => graph.output(`map${maps++}`, map))));
  },
  feeds: () => ({}),
  read: ({ noise, ...maps }) => ({ noise: noise!, maps: inOrder(maps) }),
};

/** Maps under the names that they have in graphs: `map0` and so on, in their order. */
export const inOrder = (maps: NamedTensors): Tensor[] => Object.keys(maps).map((_, i) => maps[`map${i}`]!);

/** Maps by those names. */
export const named = (maps: readonly Tensor[]): NamedTensors =>
  Object.fromEntries(maps.map((map, i) => [`map${i}`, map]));

/** The predicted noise and the target maps. */
export const predictWithMaps = (model: VariedDenoiser, request: NoiseRequest): Promise<RecordedNoise> =>
  model.predict(RECORDING, request, null);
