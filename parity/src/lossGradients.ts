/** @file Losses of one step and their gradients with respect to contexts, beside no optimisation. */

import { gradients } from '../../daemon/src/graph/backward.ts';
import type { Value } from '../../daemon/src/graph/graph.ts';
import { add } from '../../daemon/src/graph/ops/elementwise.ts';
import { recordingAttention } from '../../daemon/src/methods/attentionTargets.ts';
import { attentionLoss, reconstructionLoss } from '../../daemon/src/methods/innerIteration.ts';
import type { UNetVariant } from '../../daemon/src/networks/denoiser.ts';

/**
 * Both losses of the conditional prediction and their gradients with respect to the value context, by their golden
 * names; the maps as `map0` and so on.
 *
 * @param maps how many target maps the attention loss is given; with none there is no such loss.
 */
export const valueGradients = (maps: number): UNetVariant => ({
  name: 'parity/valueGradients',
  options: maps,
  build: (inputs, predict) => {
    const { latent, valueContext } = inputs;
    const { graph, shape } = latent;
    const recorded: Value[] = [];
    const noise = predict(recordingAttention(shape, (map) => recorded.push(map)));
    const outputGradient = (name: string, loss: Value) => {
      const [gradient] = gradients(loss, [valueContext]);
      graph.output(name, gradient!);
    };
    const loss = reconstructionLoss(latent, noise);
    graph.output('latent_loss', loss);
    outputGradient('grad_latent_loss', loss);
    if (maps === 0) return;
    const attention = attentionLoss(recorded);
    graph.output('attn_loss', attention);
    outputGradient('grad_attn_loss', attention);
    outputGradient('grad_total', add(loss, attention));
    for (const [i, map] of recorded.entries()) graph.output(`map${i}`, map);
  },
});

/** The latent loss of the unconditional prediction and its gradient: keys and values come from one embedding. */
export const NULL_TEXT_GRADIENT: UNetVariant = {
  name: 'parity/nullTextGradient',
  options: null,
  build: (inputs, predict) => {
    const { latent, keyContext } = inputs;
    const noise = predict(
      recordingAttention(latent.shape, () => {}),
      { valueContext: keyContext },
    );
    const loss = reconstructionLoss(latent, noise);
    const [gradient] = gradients(loss, [keyContext]);
    latent.graph.output('null_loss', loss);
    latent.graph.output('grad_null', gradient!);
  },
};
