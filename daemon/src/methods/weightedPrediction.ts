/** @file The UNet for a target that takes nothing from its source any more, while words still have strengths of their own. */

import { attend, attentionMap, fusedAttention } from '../graph/ops/attention.ts';
import { mul } from '../graph/ops/elementwise.ts';
import type { NoiseRequest, Variant, VariedDenoiser } from '../networks/denoiser.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

/** Of a target of two rows, given the factors [tokens] on the second row's cross-attention. */
const WEIGHTED: Variant<Tensor, Tensor> = {
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
  feeds({ data }) {
    const tokens = data.length;
    return { weights: tensor([2, 1, 1, tokens], [...new Array<number>(tokens).fill(1), ...data]) };
  },
  read: ({ noise }) => noise!,
};

/**
 * The predicted noise [2, C, h, w].
 *
 * @param request a batch of 2 rows: without the prompt, and with it.
 * @param weights [tokens], factors on the cross-attention of the second row.
 */
export const predictWeighted = (
  model: VariedDenoiser,
  request: NoiseRequest,
  weights: Tensor,
): Promise<Tensor> => model.predict(WEIGHTED, request, weights);
