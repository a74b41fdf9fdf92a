/** @file The distance of all cross-attention maps from another prediction's, and its gradient (pix2pix-zero). */

import { gradients } from '../graph/backward.ts';
import type { Value } from '../graph/graph.ts';
import { attend, attentionMap, fusedAttention } from '../graph/ops/attention.ts';
import { add, mul, sub } from '../graph/ops/elementwise.ts';
import { mean } from '../graph/ops/mean.ts';
import type { NoiseRequest, Variant, VariedDenoiser } from '../networks/denoiser.ts';
import type { SiteAttention } from '../networks/spatialTransformer.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { inOrder, named, type RecordedNoise } from './attentionTargets.ts';

/** All cross-attention maps [N, heads, queries, tokens] go to `record`. */
const recordingAll =
  (record: (map: Value) => void): SiteAttention =>
  (site, q, k, v) => {
    if (site.kind === 'self') return fusedAttention(q, k, v, site.heads);
    const map = attentionMap(q, k, site.heads);
    record(map);
    return attend(map, v);
  };

/** The noise, and every cross-attention map as `map0` and so on. */
const ALL_MAPS: Variant<null, RecordedNoise> = {
  name: 'allMaps',
  options: null,
  build: ({ latent }, predict) => {
    let count = 0;
    const noise = predict(recordingAll((map) => latent.graph.output(`map${count++}`, map)));
    latent.graph.output('noise', noise);
  },
  feeds: () => ({}),
  read: ({ noise, ...maps }) => ({ noise: noise!, maps: inOrder(maps) }),
};

/** The predicted noise and all cross-attention maps. */
export const predictWithAllMaps = (model: VariedDenoiser, request: NoiseRequest): Promise<RecordedNoise> =>
  model.predict(ALL_MAPS, request, null);

/** A distance of attention maps, and its gradient [N, C, h, w] with respect to the latents. */
export interface AttentionGradient {
  readonly loss: number;
  readonly gradient: Tensor;
}

/**
 * The distance of all cross-attention maps from those of the source, `map0` and so on, and its gradient with respect to
 * the latents: for each map the sum over its places and tokens of the squared difference, averaged over batch and heads.
 */
const ATTENTION_GRADIENT: Variant<readonly Tensor[], AttentionGradient> = {
  name: 'attentionGradient',
  options: null,
  build: ({ latent }, predict) => {
    const { graph } = latent;
    const losses: Value[] = [];
    predict(
      recordingAll((map) => {
        const [, heads, queries = 0, tokens = 0] = map.shape;
        const target = graph.input(`map${losses.length}`, [1, heads!, queries, tokens]);
        const difference = sub(map, target);
        losses.push(mul(mean(mul(difference, difference)), queries * tokens));
      }),
    );
    const loss = losses.reduce(add);
    graph.output('loss', loss);
    const [gradient] = gradients(loss, [latent], 1);
    graph.output('gradient', gradient!);
  },
  feeds: named,
  read: ({ loss, gradient }) => ({ loss: loss!.data[0]!, gradient: gradient! }),
};

/** The distance of all cross-attention maps from `maps`, the source's, and its gradient. */
export const attentionGradient = (
  model: VariedDenoiser,
  request: NoiseRequest,
  maps: readonly Tensor[],
): Promise<AttentionGradient> => model.predict(ATTENTION_GRADIENT, request, maps);
