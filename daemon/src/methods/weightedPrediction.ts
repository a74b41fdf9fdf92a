/** @file The UNet for a target that takes nothing from its source any more, while words still have strengths of their own. */

import type { NoiseRequest, UNetNetwork, UNetVariant } from '../execution/unetNetwork.ts';
import { attend, attentionMap, fusedAttention } from '../graph/ops/attention.ts';
import { mul } from '../graph/ops/elementwise.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

const WEIGHTED: UNetVariant = {
  name: 'weighted',
  options: null,
  build: (inputs, predict) => {
    const { graph, shape } = inputs.latent;
    const weights = graph.input('weights', [shape[0]!, 1, 1, inputs.keyContext.size(1)]);
    const factors = graph.cast(weights, graph.precision);
    graph.output(
      'noise',
      predict((site, q, k, v) =>
        site.kind === 'cross'
          ? attend(mul(attentionMap(q, k, site.heads), factors), v)
          : fusedAttention(q, k, v, site.heads),
      ),
    );
  },
};

/**
 * The predicted noise [2, C, h, w].
 *
 * @param request a batch of 2 rows: without the prompt, and with it.
 * @param weights [tokens], factors on the cross-attention of the second row.
 */
export async function predictWeighted(
  unet: UNetNetwork,
  request: NoiseRequest,
  weights: Tensor,
): Promise<Tensor> {
  const { session } = await unet.load(WEIGHTED, request.latent.shape);
  const tokens = weights.data.length;
  const ofRows = [...new Array<number>(tokens).fill(1), ...weights.data];
  const { noise } = await session.run({
    ...unet.feeds(request),
    weights: tensor([2, 1, 1, tokens], ofRows),
  });
  return noise!;
}
