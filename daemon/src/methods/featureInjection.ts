/**
 * @file The UNet with the spatial features of one row injected into the others (Plug-and-Play, Tumanyan et al. 2023,
 * section 4; style transfer: paper, section 5.2.7).
 */

import type { Value } from '../graph/graph.ts';
import { fusedAttention } from '../graph/ops/attention.ts';
import { add, mul, sub } from '../graph/ops/elementwise.ts';
import { concat, slice } from '../graph/ops/movement.ts';
import type { NoiseRequest, Variant, VariedDenoiser } from '../networks/denoiser.ts';
import type { AttentionSite } from '../networks/spatialTransformer.ts';
import type { ResidualSite } from '../networks/unet.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { coarseness, QUARTER } from './latentGrid.ts';

/** How much of the giver's the receivers take, 0 to 1. */
export interface InjectionGates {
  /** Of queries and keys of self-attention. */
  readonly attention: number;
  /** Of the features of one residual block. */
  readonly features: number;
}

const INJECTED: Variant<InjectionGates, Tensor> = {
  name: 'injected',
  options: null,
  build: ({ latent }, predict) => {
    const { graph, shape } = latent;
    const [attentionGate, featureGate] = [graph.input('attentionGate', []), graph.input('featureGate', [])];
    const noise = predict(
      (site, q, k, v) => {
        const taken = site.kind === 'self' && site.place === 'up' && givesAttention(site, shape);
        const [queries, keys] = taken ? [inject(q, attentionGate), inject(k, attentionGate)] : [q, k];
        return fusedAttention(queries, keys, v, site.heads);
      },
      {},
      (site, hidden) => (givesFeatures(site, shape) ? inject(hidden, featureGate) : hidden),
    );
    graph.output('noise', noise);
  },
  feeds: ({ attention, features }) => ({
    attentionGate: tensor([], [attention]),
    featureGate: tensor([], [features]),
  }),
  read: ({ noise }) => noise!,
};

/** The predicted noise [N, C, h, w]; row 0 of the batch gives, the others receive. */
export const predictInjected = (
  model: VariedDenoiser,
  request: NoiseRequest,
  gates: InjectionGates,
): Promise<Tensor> => model.predict(INJECTED, request, gates);

/** From the second transformer at a quarter of the latent's side on: output blocks 4 to 11 of Stable Diffusion. */
const givesAttention = (site: AttentionSite, latentShape: readonly number[]): boolean =>
  coarseness(site, latentShape) < QUARTER || (coarseness(site, latentShape) === QUARTER && site.layer >= 1);

/** The second residual block at a quarter of the latent's side: output block 4 of Stable Diffusion. */
const givesFeatures = (site: ResidualSite, latentShape: readonly number[]): boolean =>
  coarseness(site, latentShape) === QUARTER && site.layer === 1;

/** x [N, ...] with the first row's part in the others. */
function inject(x: Value, gate: Value): Value {
  const [giver, receivers] = [slice(x, 0, 0, 1), slice(x, 0, 1, x.size(0))];
  return concat([giver, add(mul(gate, giver), mul(sub(1, gate), receivers))], 0);
}
